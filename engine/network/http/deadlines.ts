/**
 * Deadlines without a timer each. Whoever has one keeps it in a field and moves it as often as it likes,
 * which costs an assignment; one coarse timer looks at all of them. A deadline is noticed at most
 * `TICK_REAL_MS` late and never early. Times are AWS time, as everything that a template can set.
 */
import type { Clock, Timer } from '../../time/clock.ts';

const TICK_REAL_MS = 50;

export interface Watched {
  /** Milliseconds of the clock; Infinity for none. */
  deadline: number;
  expire(): void;
}

export class Deadlines {
  readonly clock: Clock;
  readonly #watched = new Set<Watched>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  watch(one: Watched): void {
    this.#watched.add(one);
    this.#timer ??= this.clock.every(TICK_REAL_MS * this.clock.speed, () => this.#look());
  }

  forget(one: Watched): void {
    this.#watched.delete(one);
    if (this.#watched.size > 0) return;
    this.#timer?.stop();
    this.#timer = undefined;
  }

  #look(): void {
    const now = this.clock.now();
    for (const one of this.#watched)
      if (one.deadline <= now) {
        one.deadline = Number.POSITIVE_INFINITY;
        one.expire();
      }
  }
}

const byClock = new WeakMap<Clock, Deadlines>();

/** The one watcher of a clock. */
export function deadlinesOf(clock: Clock): Deadlines {
  let found = byClock.get(clock);
  if (!found) {
    found = new Deadlines(clock);
    byClock.set(clock, found);
  }
  return found;
}
