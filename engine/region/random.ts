/** A seeded random (mulberry32), so that one system's jitter is the same at every run of the same seed. */
export function seededRandom(seed: number, salt: string): () => number {
  let state = seed >>> 0;
  for (const char of salt) state = (Math.imul(state, 31) + char.charCodeAt(0)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
