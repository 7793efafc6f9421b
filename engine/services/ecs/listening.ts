/**
 * On AWS seconds pass between a container's start and its registration with the load balancer; here it would
 * be registered before its program listens, fail its first health check, and wait a whole interval for the
 * next. So registration waits for the port, but never long: a program that does not listen is the health
 * check's business.
 */
import { connect } from 'node:net';

const AT_MOST_REAL_MS = 5_000;
const EVERY_REAL_MS = 25;

/** Resolves when something accepts at host:port, when `over` says that waiting is pointless, or in time. */
export async function untilListening(host: string, port: number, over: () => boolean): Promise<void> {
  const deadline = performance.now() + AT_MOST_REAL_MS;
  while (!over() && performance.now() < deadline) {
    if (await accepts(host, port)) return;
    await new Promise((resolve) => setTimeout(resolve, EVERY_REAL_MS).unref());
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
