/**
 * Links between regions. Whoever in one region connects to a place in another connects to the near end of a
 * link: a listener on an address of its own region that carries the bytes across with the link's delay. A cut
 * link does what a cut cable does: nothing arrives and nothing is refused, so both sides wait until their own
 * deadlines; what was on the way arrives when the link is whole again, as TCP would resend it.
 *
 * The two directions are separate, since real networks fail one way too.
 */
import { createServer, type Server, Socket } from 'node:net';
import type { Place } from '../services/contract.ts';
import type { Clock } from '../time/clock.ts';
import type { AddressBook } from './addresses.ts';

/** One direction of a link, in AWS time. */
export interface LinkState {
  readonly from: string;
  readonly to: string;
  readonly delayMs: number;
  readonly cut: boolean;
}

/** Bytes on the way per connection and direction; a further one waits, as with TCP's window. */
const WINDOW_BYTES = 4 * 1024 * 1024;

export interface Links {
  door(region: string, place: Place): Promise<Place>;
  set(state: LinkState): void;
  close(): void;
}

interface Direction {
  state: LinkState;
  readonly lanes: Set<Lane>;
}

/** One direction of one connection. */
interface Lane {
  stateChanged(): void;
}

export function createLinks(options: {
  readonly region: string;
  readonly book: AddressBook;
  readonly clock: Clock;
  readonly states: readonly LinkState[];
}): Links {
  const { region, book, clock } = options;
  const directions = new Map<string, Direction>();
  const ends = new Map<string, string>();
  const doors = new Map<string, Promise<Place>>();
  const servers = new Set<Server>();
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();

  const direction = (from: string, to: string): Direction => {
    const key = `${from}>${to}`;
    let found = directions.get(key);
    if (!found) {
      found = { state: { from, to, delayMs: 0, cut: false }, lanes: new Set() };
      directions.set(key, found);
    }
    return found;
  };
  for (const state of options.states) direction(state.from, state.to).state = state;

  const whole = async (out: Direction, back: Direction, near: Socket): Promise<boolean> => {
    while ((out.state.cut || back.state.cut) && !near.destroyed)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          near.off('close', wake);
          resolve();
        };
        waiting.add(wake);
        near.once('close', wake);
      });
    return !near.destroyed;
  };

  const carry = async (near: Socket, target: string, place: Place): Promise<void> => {
    const out = direction(region, target);
    const back = direction(target, region);
    sockets.add(near);
    near.once('close', () => sockets.delete(near));
    near.on('error', () => near.destroy());
    near.setNoDelay(true);
    near.pause();
    if (!(await whole(out, back, near))) return;
    await clock.sleep(out.state.delayMs + back.state.delayMs);
    const far = new Socket({ allowHalfOpen: true });
    sockets.add(far);
    far.setNoDelay(true);
    far.once('close', () => sockets.delete(far));
    far.on('error', () => {
      far.destroy();
      near.resetAndDestroy();
    });
    near.once('close', () => {
      if (!near.readableEnded) far.destroy();
    });
    far.connect(place.port, place.host, () => {
      lane(near, far, out, clock);
      lane(far, near, back, clock);
    });
  };

  const open = async (target: string, place: Place): Promise<Place> => {
    const host = place.host === 'endpoint' ? book.endpointOf(target) : place.host;
    const end = ends.get(host) ?? book.linkEnd(region, ends.size);
    ends.set(host, end);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
      void carry(near, target, { host, port: place.port });
    });
    servers.add(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(place.port, end, resolve);
    });
    server.on('error', () => {});
    return { host: end, port: place.port };
  };

  return {
    door: async (target, place) => {
      if (target === region)
        return place.host === 'endpoint' ? { host: book.endpointOf(region), port: place.port } : place;
      const key = `${target} ${place.host}:${place.port}`;
      let door = doors.get(key);
      if (!door) {
        door = open(target, place);
        doors.set(key, door);
        door.catch(() => doors.delete(key));
      }
      return await door;
    },
    set: (state) => {
      const changed = direction(state.from, state.to);
      changed.state = state;
      for (const lane of changed.lanes) lane.stateChanged();
      for (const wake of [...waiting]) wake();
    },
    close: () => {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
      for (const wake of [...waiting]) wake();
    },
  };
}

/** Carries bytes from one socket to another in order, each chunk due `delayMs` after it was read. */
function lane(from: Socket, to: Socket, way: Direction, clock: Clock): void {
  const queue: { readonly dueMs: number; readonly chunk: Buffer | null }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let blocked = false;

  const deliver = (): void => {
    timer = undefined;
    if (way.state.cut || blocked || to.destroyed) return;
    const now = performance.now();
    let head = queue[0];
    while (head && head.dueMs <= now) {
      queue.shift();
      if (head.chunk === null) {
        to.end();
      } else {
        bytes -= head.chunk.length;
        if (!to.write(head.chunk)) {
          blocked = true;
          break;
        }
      }
      head = queue[0];
    }
    if (bytes < WINDOW_BYTES && from.isPaused()) from.resume();
    if (!blocked) schedule();
  };
  const schedule = (): void => {
    const head = queue[0];
    if (!head || timer || way.state.cut) return;
    timer = setTimeout(deliver, Math.max(0, head.dueMs - performance.now()));
  };
  const put = (chunk: Buffer | null): void => {
    queue.push({ dueMs: performance.now() + clock.real(way.state.delayMs), chunk });
    if (chunk) bytes += chunk.length;
    if (bytes >= WINDOW_BYTES) from.pause();
    schedule();
  };
  const self: Lane = { stateChanged: deliver };
  way.lanes.add(self);
  from.on('data', put);
  from.once('end', () => put(null));
  to.on('drain', () => {
    blocked = false;
    deliver();
  });
  const gone = (): void => {
    way.lanes.delete(self);
    clearTimeout(timer);
  };
  from.once('close', () => {
    // An orderly end travels through the queue; anything else (a reset, a killed process) is passed on at once.
    if (!from.readableEnded) {
      gone();
      to.destroy();
    }
  });
  to.once('close', () => {
    gone();
    // After an orderly end the other direction may still have bytes on the way.
    if (!to.writableFinished) from.destroy();
  });
  from.resume();
}
