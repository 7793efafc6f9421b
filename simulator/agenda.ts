// What happens next, in virtual time: a binary heap by moment, then by the order in which things were planned, so that
// two plans for the same millisecond always happen in the same order.

export interface Plan {
  readonly atMs: number;
  cancelled: boolean;
}

interface Entry extends Plan {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
}

export interface Agenda {
  readonly nowMs: number;
  at(atMs: number, call: () => void): Plan;
  after(ms: number, call: () => void): Plan;
  /** Lets the next thing happen; false when nothing is left before `untilMs`, which then is the present. */
  step(untilMs: number): boolean;
}

function earlier(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let nowMs = 0;
  let order = 0;

  const push = (entry: Entry): void => {
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above]!;
      if (!earlier(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  };
  const pop = (): Entry => {
    const first = heap[0]!;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      if (below + 1 < size && earlier(heap[below + 1]!, heap[below]!)) below++;
      const child = heap[below]!;
      if (!earlier(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  };
  const at = (atMs: number, call: () => void): Plan => {
    const entry: Entry = { atMs: Math.max(nowMs, Math.round(atMs)), order: order++, call, cancelled: false };
    push(entry);
    return entry;
  };
  return {
    get nowMs() {
      return nowMs;
    },
    at,
    after: (ms, call) => at(nowMs + ms, call),
    step: (untilMs) => {
      while (heap.length > 0 && heap[0]!.atMs <= untilMs) {
        const entry = pop();
        if (entry.cancelled) continue;
        nowMs = entry.atMs;
        entry.call();
        return true;
      }
      nowMs = Math.max(nowMs, untilMs);
      return false;
    },
  };
}
