/** How times, rates and lengths of time are worded, the same everywhere on the page. Pure. */

/** `14:03:27` of AWS time, in UTC. */
export const clockText = (atMs: number): string => new Date(atMs).toISOString().slice(11, 19);

export const momentText = (atMs: number): string =>
  new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');

/** `3.2/s`, `140/s`; nothing is said of less than a request in twenty seconds. */
export function rateText(perSecond: number): string {
  if (perSecond < 0.05) return '0/s';
  return perSecond < 10 ? `${perSecond.toFixed(1)}/s` : `${Math.round(perSecond)}/s`;
}

export function lagText(lagMs: number | null): string {
  if (lagMs === null) return 'unknown';
  if (lagMs < 1000) return `${Math.round(lagMs)} ms`;
  if (lagMs < 60_000) return `${(lagMs / 1000).toFixed(1)} s`;
  return `${Math.floor(lagMs / 60_000)} min ${Math.round((lagMs % 60_000) / 1000)} s`;
}

/** `86 s`, `4 min 10 s`: of a budget or a phase. */
export function secondsText(seconds: number | null): string {
  if (seconds === null) return 'not yet';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A counter that runs: `1:26.4`. */
export function counterText(ms: number): string {
  const tenths = Math.max(0, Math.floor(ms / 100));
  const minutes = Math.floor(tenths / 600);
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  return `${minutes}:${rest}`;
}

export const shareText = (share: number | null): string =>
  share === null ? 'no requests' : `${Math.round(share * 100)} %`;

export const countText = (count: number): string => count.toLocaleString('en-US');

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** `task/4f8a…` → `4f8a91`: enough to tell tasks apart. */
export function shortId(id: string): string {
  const last = id.split('/').at(-1) ?? id;
  return /^[0-9a-f]{12,}$/.test(last) ? last.slice(0, 6) : last;
}
