// Chance that replays: sfc32 (Chris Doty-Humphrey, PractRand), one independent stream for each purpose of a run. A
// stream is named, not shared: taking one fault out of a schedule leaves every other draw of the run as it was, which
// is what makes shrinking a failing schedule possible.

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  /** 0 … count − 1. */
  index(count: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** Half of the draws lie below the median; sigma is that of the logarithm. */
  lognormal(median: number, sigma: number): number;
  exponential(mean: number): number;
}

/** FNV-1a over the purpose, mixed with the seed's two halves. */
function hash(text: string, seed: number): number {
  let h = 0x811c9dc5 ^ (seed >>> 0) ^ Math.floor(seed / 2 ** 32);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

export function stream(seed: number, purpose: string): Random {
  let a = hash(purpose, seed);
  let b = hash(`${purpose}'`, seed);
  let c = hash(`${purpose}"`, seed);
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let n = 0; n < 12; n++) next();
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    index: (count) => Math.floor(next() * count),
    chance: (probability) => next() < probability,
    pick: (choices) => {
      if (choices.length === 0) throw new Error('nothing to pick from');
      return choices[Math.floor(next() * choices.length)]!;
    },
    lognormal: (median, sigma) => median * Math.exp(sigma * normal()),
    exponential: (mean) => -mean * Math.log(1 - next()),
  };
}
