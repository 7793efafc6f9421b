/** What a person who does not see the picture must hear of a change; null: nothing of weight. Pure. */
import type { Picture } from '@understudy/engine/console';

export function announcementOf(before: Picture | null, after: Picture): string | null {
  if (!before) return null;
  const said: string[] = [];
  for (const region of after.regions) {
    const last = before.regions.find(({ name }) => name === region.name);
    if (last && last.process.condition !== region.process.condition)
      said.push(`${region.name} is ${region.process.condition}: ${region.process.because}.`);
    if (last && last.database.role !== 'writer' && region.database.role === 'writer')
      said.push(`The database of ${region.name} is the writer now.`);
  }
  if (before.dns.active !== after.dns.active)
    said.push(after.dns.active ? `DNS names ${after.dns.active} now.` : 'DNS names no region now.');
  if (after.drill && after.drill.state !== before.drill?.state)
    said.push(`Drill ${after.drill.drill}: ${after.drill.state}. ${after.drill.because}`);
  return said.length > 0 ? said.join(' ') : null;
}
