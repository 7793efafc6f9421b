/**
 * Which seat of its zone a task sits in. A task keeps its seat as long as it lives and a new one takes the first
 * that is free, so that nothing in the picture moves because something else came or went. Pure.
 */
import type { Picture } from '@understudy/engine/console';

/** Zone → ids of tasks by seat; null: a free seat. */
export type Slots = Readonly<Record<string, readonly (string | null)[]>>;

export function seated(before: Slots, picture: Picture): Slots {
  const after: Record<string, readonly (string | null)[]> = {};
  for (const region of picture.regions)
    for (const zone of region.zones) {
      const here = region.tasks.filter((task) => task.zone === zone).map(({ id }) => id);
      after[zone] = seats(before[zone] ?? [], here);
    }
  return JSON.stringify(after) === JSON.stringify(before) ? before : after;
}

function seats(before: readonly (string | null)[], present: readonly string[]): readonly (string | null)[] {
  const kept = before.map((id) => (id !== null && present.includes(id) ? id : null));
  for (const id of present) {
    if (kept.includes(id)) continue;
    const free = kept.indexOf(null);
    if (free === -1) kept.push(id);
    else kept[free] = id;
  }
  while (kept.at(-1) === null) kept.pop();
  return kept;
}
