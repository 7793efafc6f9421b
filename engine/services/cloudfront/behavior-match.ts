/**
 * Which cache behaviour a path falls under: the first whose pattern fits, the default last. `*` stands for
 * any run of characters, also none, also slashes; `?` for exactly one. Case matters. Pure.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
 */
import type { Behavior } from './model.ts';

export type PathMatcher = (path: string) => boolean;

/** Built once per behaviour; patterns of the usual forms (`/a`, `/a/*`, `*.jpg`) need no search. */
export function pathMatcher(pattern: string): PathMatcher {
  // A pattern may leave its leading slash out: “images/*.jpg” and “/images/*.jpg” are the same.
  const whole = pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`;
  if (whole === '*' || whole === '/*') return () => true;
  const firstWild = whole.search(/[*?]/);
  if (firstWild < 0) return (path) => path === whole;
  if (firstWild === whole.length - 1 && whole.endsWith('*')) {
    const prefix = whole.slice(0, -1);
    return (path) => path.startsWith(prefix);
  }
  return (path) => matches(whole, path);
}

/**
 * Goes through both strings once; where it fails it goes back to the last star only, which is enough because
 * an earlier star never has to take more.
 */
export function matches(pattern: string, path: string): boolean {
  let p = 0;
  let s = 0;
  let star = -1;
  let restart = 0;
  while (s < path.length) {
    const c = pattern[p];
    if (c === '*') {
      star = p;
      restart = s;
      p += 1;
    } else if (c !== undefined && (c === '?' || c === path[s])) {
      p += 1;
      s += 1;
    } else if (star >= 0) {
      restart += 1;
      s = restart;
      p = star + 1;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

export interface BehaviorTable {
  match(path: string): Behavior;
}

export function behaviorTable(behaviors: readonly Behavior[]): BehaviorTable {
  const rows = behaviors.map((behavior) => ({ behavior, fits: pathMatcher(behavior.pathPattern) }));
  const last = rows.at(-1);
  if (!last) throw new Error('a distribution has a default cache behaviour at least');
  return {
    match: (path) => {
      for (const row of rows) if (row.fits(path)) return row.behavior;
      return last.behavior;
    },
  };
}
