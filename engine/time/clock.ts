/**
 * AWS time. Every process has one clock, handed down by the supervisor: an origin and a speed. At speed 10
 * an interval, a TTL or a cool-down of 10 s passes in one real second; real work does not get faster, so an
 * accelerated RTO is an upper bound. Nothing in a service reads another clock.
 */
import { setTimeout as realSleep } from 'node:timers/promises';

/** What clocks of one system share: AWS time `awsOriginMs` was (or will be) at real time `realOriginMs`. */
export interface ClockSetting {
  readonly realOriginMs: number;
  readonly awsOriginMs: number;
  /** AWS seconds per real second; 1 or more. */
  readonly speed: number;
}

export interface Timer {
  stop(): void;
}

export interface Clock {
  /** AWS time, milliseconds since the epoch. */
  now(): number;
  readonly speed: number;
  /** Waits `ms` of AWS time; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls once, `ms` of AWS time from now. */
  after(ms: number, call: () => void): Timer;
  /** Calls every `ms` of AWS time, the first time after one period; never keeps the process alive. */
  every(ms: number, call: () => void): Timer;
  /** Real milliseconds that `ms` of AWS time take. */
  real(ms: number): number;
}

export function createClock(setting: ClockSetting): Clock {
  const { realOriginMs, awsOriginMs, speed } = setting;
  if (!(speed >= 1 && speed <= 1000))
    throw new RangeError(`speed must be between 1 and 1000, found ${speed}`);
  const real = (ms: number): number => ms / speed;
  return {
    speed,
    real,
    now: () => awsOriginMs + (Date.now() - realOriginMs) * speed,
    sleep: async (ms, signal) => {
      if (ms <= 0) return;
      await realSleep(real(ms), undefined, signal ? { signal } : {}).catch((error: unknown) => {
        throw signal?.aborted ? signal.reason : error;
      });
    },
    after: (ms, call) => {
      const timer = setTimeout(call, real(ms));
      timer.unref();
      return { stop: () => clearTimeout(timer) };
    },
    every: (ms, call) => {
      const timer = setInterval(call, Math.max(1, real(ms)));
      timer.unref();
      return { stop: () => clearInterval(timer) };
    },
  };
}
