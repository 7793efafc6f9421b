/**
 * A picture as heard, completed by what was seen last: a region that is lost cannot tell its tasks and instances
 * any more, yet they are drawn where they were, as lost. Regions keep the order in which they were first seen. Pure.
 */
import type { Box, Picture, RegionPicture } from '@understudy/engine/console';

export function remembered(before: Picture | null, heard: Picture): Picture {
  if (!before) return heard;
  const known = before.regions.map(
    (last) => heard.regions.find(({ name }) => name === last.name) ?? lostRegion(last),
  );
  const fresh = heard.regions.filter(({ name }) => !before.regions.some((last) => last.name === name));
  const regions = [...known, ...fresh].map((region) => {
    const last = before.regions.find(({ name }) => name === region.name);
    return last && isGone(region.process) ? withLastSeen(last, region) : region;
  });
  const edges = heard.edges.length > 0 ? heard.edges : before.edges.map((edge) => unknown(edge));
  return { ...heard, regions, edges };
}

const isGone = ({ condition }: Box): boolean => condition === 'lost' || condition === 'unknown';

function withLastSeen(last: RegionPicture, region: RegionPicture): RegionPicture {
  const lost = region.process.condition === 'lost';
  const faded = <B extends Box>(boxes: readonly B[]): readonly B[] =>
    boxes.map((box) => (lost ? gone(box, region.name) : unknown(box)));
  return {
    ...region,
    zones: region.zones.length > 0 ? region.zones : last.zones,
    tasks: region.tasks.length > 0 ? region.tasks : faded(last.tasks),
    database: {
      ...region.database,
      instances:
        region.database.instances.length > 0 ? region.database.instances : faded(last.database.instances),
    },
  };
}

const lostRegion = (last: RegionPicture): RegionPicture => ({
  ...last,
  process: unknown(last.process),
});

const gone = <B extends Box>(box: B, region: string): B => ({
  ...box,
  condition: 'lost',
  because: `lost with ${region}`,
});

const unknown = <B extends Box>(box: B): B => ({
  ...box,
  condition: 'unknown',
  because: `not heard of now; last seen ${box.condition}: ${box.because}`,
});
