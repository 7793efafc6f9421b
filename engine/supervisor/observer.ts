/**
 * Looks at the system and keeps what it saw: the present picture, and a sample for the charts. Every AWS second
 * while somebody watches, every few seconds otherwise. A look that takes too long is left out, never waited for.
 */
import type { DrillProgress, Picture, Sample } from '../console/api.ts';
import type { ControllerWord, Report } from '../console/facts.ts';
import { type Known, NOTHING_KNOWN, pictureOf, sampleOf } from '../console/picture.ts';
import type { SampleStore } from './sample-store.ts';

export interface Watcher {
  picture(picture: Picture): void;
  sample(sample: Sample): void;
}

export interface Observer {
  /** The picture of the last second. */
  picture(): Promise<Picture>;
  samples(fromMs: number, toMs: number): readonly Sample[];
  watch(watcher: Watcher): () => void;
  /** Something has happened that people wait to see: look again at once. */
  look(): void;
  close(): void;
}

export interface ObserverOptions {
  readonly speed: number;
  readonly store: SampleStore;
  report(): Promise<Omit<Report, 'controllers' | 'regionOf'>>;
  controllers(report: Omit<Report, 'controllers' | 'regionOf'>): Readonly<Record<string, ControllerWord>>;
  regionOf(address: string): string | undefined;
  drill(): DrillProgress | null;
}

/** Real time. */
const LEAST_INTERVAL_MS = 500;
const IDLE_INTERVAL_MS = 5000;
/** A picture younger than this is the present one. */
const FRESH_MS = 1000;
/** A picture that differs in nothing but its time is sent again after this long. */
const SAME_AGAIN_MS = 5000;

export function createObserver(options: ObserverOptions): Observer {
  const watchers = new Set<Watcher>();
  let known: Known = NOTHING_KNOWN;
  let picture: Picture | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let looking: Promise<Picture> | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let sent = { words: '', atRealMs: 0 };
  const intervalMs = (): number =>
    watchers.size > 0 ? Math.max(LEAST_INTERVAL_MS, 1000 / options.speed) : IDLE_INTERVAL_MS;

  const once = async (): Promise<Picture> => {
    const given = await options.report();
    const report: Report = { ...given, controllers: options.controllers(given), regionOf: options.regionOf };
    const next = pictureOf(report, known, options.drill());
    known = next.known;
    picture = next.picture;
    lookedAtMs = performance.now();
    if (closed) return picture;
    const sample = sampleOf(picture);
    options.store.add(sample);
    for (const watcher of watchers) watcher.sample(sample);
    const { atMs: _atMs, ...rest } = picture;
    const words = JSON.stringify(rest);
    const now = performance.now();
    if (words !== sent.words || now - sent.atRealMs >= SAME_AGAIN_MS) {
      sent = { words, atRealMs: now };
      for (const watcher of watchers) watcher.picture(picture);
    }
    return picture;
  };
  const look = (): Promise<Picture> => {
    looking ??= once().finally(() => {
      looking = undefined;
      plan();
    });
    return looking;
  };
  const plan = (): void => {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => void look().catch(() => {}), intervalMs());
    timer.unref();
  };
  plan();
  return {
    picture: async () => {
      const fresh = picture !== undefined && performance.now() - lookedAtMs < FRESH_MS;
      return fresh && picture ? picture : await look();
    },
    samples: (fromMs, toMs) => options.store.read(fromMs, toMs),
    watch: (watcher) => {
      watchers.add(watcher);
      if (picture) watcher.picture(picture);
      if (watchers.size === 1) void look().catch(() => {});
      return () => watchers.delete(watcher);
    },
    look: () => {
      clearTimeout(timer);
      void look().catch(() => {});
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
