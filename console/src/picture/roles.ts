/** Which region writes and which serves, from what both say. Pure. */
import type { Picture, RegionPicture } from '@understudy/engine/console';

/** A lost region's last word does not make it the writer any more once another is. */
export function writerSide({ regions }: Picture): number {
  const alive = regions.findIndex(
    ({ database, process }) => database.role === 'writer' && process.condition !== 'lost',
  );
  return alive >= 0 ? alive : regions.findIndex(({ database }) => database.role === 'writer');
}

/** The region's part in the play, in a word or two. */
export function stageOf(picture: Picture, region: RegionPicture): string {
  const { condition } = region.process;
  if (condition === 'lost' || condition === 'frozen') return condition;
  const serves = picture.dns.active === region.name;
  const writes = picture.regions[writerSide(picture)]?.name === region.name;
  if (serves && writes) return 'active';
  if (serves) return 'reads only';
  return writes ? 'writer' : 'standby';
}
