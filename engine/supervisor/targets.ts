/**
 * What can be lost, frozen and restored, and how a person writes it:
 *
 *   us-east-1                       a region
 *   global                          the data planes of Route 53 and CloudFront
 *   link/us-east-1..us-west-2       both ways between two regions (`>` instead of `..`: one way)
 *   zone/us-east-1a                 every task and instance that runs in a zone now (processes)
 *   task/<id>                       one ECS task          (a process)
 *   database/<instance id>          one Aurora instance   (a process)
 *
 * An id may be cut short as long as it means one process alone.
 */
export type Target =
  | { readonly kind: 'region'; readonly region: string }
  | { readonly kind: 'global' }
  | { readonly kind: 'link'; readonly from: string; readonly to: string; readonly bothWays: boolean }
  | { readonly kind: 'zone'; readonly id: string }
  | { readonly kind: 'task'; readonly id: string }
  | { readonly kind: 'database'; readonly id: string };

export const TARGET_FORMS =
  'a region, `global`, `link/<region>..<region>` (`>` for one way), `zone/<zone>`, `task/<id>` or `database/<instance id>`';

export class TargetError extends Error {}

export function parseTarget(text: string, regions: readonly string[]): Target {
  if (regions.includes(text)) return { kind: 'region', region: text };
  if (text === 'global') return { kind: 'global' };
  const link = /^link\/([a-z0-9-]+)(\.\.|>)([a-z0-9-]+)$/.exec(text);
  if (link) {
    const [, from = '', way, to = ''] = link;
    for (const region of [from, to])
      if (!regions.includes(region))
        throw new TargetError(`${region} is not a region of this system, which has ${regions.join(' and ')}`);
    if (from === to) throw new TargetError(`a link joins two regions, found ${from} twice`);
    return { kind: 'link', from, to, bothWays: way === '..' };
  }
  const zone = /^zone\/([a-z0-9-]+)$/.exec(text);
  if (zone) return { kind: 'zone', id: zone[1]! };
  const process = /^(task|database)\/([A-Za-z0-9/_-]+)$/.exec(text);
  if (process) return { kind: process[1] as 'task' | 'database', id: process[2]! };
  throw new TargetError(
    `cannot tell what ${JSON.stringify(text)} is; allowed: ${TARGET_FORMS}; regions here: ${regions.join(', ')}`,
  );
}

/** The one process that a target means among those that run. */
export function chosenProcess<P extends { readonly kind: string; readonly id: string }>(
  target: Extract<Target, { readonly kind: 'task' | 'database' }>,
  running: readonly P[],
): P {
  const alike = running.filter(({ kind }) => kind === target.kind);
  const exact = alike.find(({ id }) => id === target.id);
  const begun = alike.filter(({ id }) => id.startsWith(target.id));
  const [found] = exact ? [exact] : begun;
  if (found && (exact || begun.length === 1)) return found;
  const named = (all: readonly P[]): string =>
    all.map(({ kind, id }) => `${kind}/${id}`).join(', ') || 'none';
  const asked = `${target.kind}/${target.id}`;
  throw new TargetError(
    found
      ? `${asked} may be ${named(begun)}; say more of it`
      : `there is no ${asked}; there are ${named(alike)} (what has ended is started again by its region)`,
  );
}

/** What runs in a zone now; a zone in which nothing runs is none that can be lost. */
export function inZone<P extends { readonly zone: string }>(
  zone: string,
  running: readonly P[],
): readonly P[] {
  const found = running.filter((one) => one.zone === zone);
  if (found.length > 0) return found;
  const zones = [...new Set(running.map((one) => one.zone))].sort();
  throw new TargetError(`nothing runs in a zone ${zone}; something does in ${zones.join(', ') || 'none'}`);
}
