/**
 * AWS time in a guest: `Date` and the timers of the globals, `node:timers` and `node:timers/promises` run at
 * the system's speed, and so do the inactivity timeouts of sockets, though never below half a second: a wait
 * for who does not answer is a wait, but an answer is real work. `performance.now()` stays real.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';

export interface Setting {
  readonly realOriginMs: number;
  readonly awsOriginMs: number;
  readonly speed: number;
}

const require = createRequire(import.meta.url);
/** Real milliseconds of silence that a loaded machine may need before it answers. */
const LEAST_SILENCE_MS = 500;
const promisified = Symbol.for('nodejs.util.promisify.custom');

export function applyTime(setting: Setting): void {
  if (setting.speed === 1 && setting.realOriginMs === setting.awsOriginMs) return;
  applyDate(setting);
  if (setting.speed === 1) return;
  const real = (ms: unknown): number => (Number(ms) || 0) / setting.speed;
  const timers = require('node:timers');
  const promises = require('node:timers/promises');
  const original = { ...promises };
  promises.setTimeout = (ms: unknown, ...rest: unknown[]) => original.setTimeout(real(ms), ...rest);
  promises.setInterval = (ms: unknown, ...rest: unknown[]) => original.setInterval(real(ms), ...rest);
  const wait = promises.scheduler.wait.bind(promises.scheduler);
  promises.scheduler.wait = (ms: unknown, ...rest: unknown[]) => wait(real(ms), ...rest);
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const plain = timers[name];
    const scaled = (call: unknown, ms: unknown, ...rest: unknown[]) => plain(call, real(ms), ...rest);
    if (name === 'setTimeout') Object.defineProperty(scaled, promisified, { value: promises.setTimeout });
    Object.defineProperty(scaled, 'name', { value: name });
    timers[name] = scaled;
    Object.defineProperty(globalThis, name, { value: scaled, writable: true, configurable: true });
  }
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => timeout(Math.ceil(real(ms)));
  const sockets = require('node:net').Socket.prototype;
  const silence = sockets.setTimeout;
  sockets.setTimeout = function (ms: unknown, ...rest: unknown[]): unknown {
    const asked = Number(ms) || 0;
    return silence.call(this, asked && Math.max(real(asked), Math.min(asked, LEAST_SILENCE_MS)), ...rest);
  };
  syncBuiltinESMExports();
}

function applyDate(setting: Setting): void {
  const RealDate = Date;
  const realNow = RealDate.now.bind(RealDate);
  const now = (): number =>
    Math.floor(setting.awsOriginMs + (realNow() - setting.realOriginMs) * setting.speed);
  RealDate.now = now;
  const AwsDate = new Proxy(RealDate, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
    apply: () => new RealDate(now()).toString(),
  });
  RealDate.prototype.constructor = AwsDate;
  globalThis.Date = AwsDate;
}
