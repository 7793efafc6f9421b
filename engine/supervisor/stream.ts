/**
 * GET /api/stream: what happens, as server-sent events (HTML standard, “Server-sent events”). Records carry their
 * number as id, so that a reader resumes after the last one it has (Last-Event-ID, or ?after=). With ?pictures=1
 * events have names, and pictures and samples come along; without it there are records alone, without a name.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JournalStore, NumberedRecord } from './journal-store.ts';
import type { Observer } from './observer.ts';

const BEAT_MS = 15_000;
/** A reader that is this far behind gets no pictures: the next one is as good. */
const SLOW_BYTES = 256 * 1024;
/** Further behind it is sent away; it comes again and goes on after what it has. */
const LOST_BYTES = 8 * 1024 * 1024;

export interface StreamAsk {
  readonly after: number;
  readonly pictures: boolean;
}

export function readStreamAsk(
  query: Readonly<Record<string, string | undefined>>,
  headers: IncomingMessage['headers'],
  lastId: number,
): StreamAsk {
  const given = headers['last-event-id'] ?? query['after'];
  const after = Number(given ?? lastId);
  return {
    after: Number.isSafeInteger(after) && after >= 0 ? after : lastId,
    pictures: query['pictures'] === '1',
  };
}

export function stream(journal: JournalStore, observer: Observer, ask: StreamAsk, out: ServerResponse): void {
  let last = ask.after;
  let over = false;
  out.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  const write = (text: string): void => {
    if (over) return;
    out.write(text);
    if (out.writableLength > LOST_BYTES) out.destroy();
  };
  const send = (record: NumberedRecord): void => {
    if (record.id <= last) return;
    last = record.id;
    write(`id: ${record.id}\n${ask.pictures ? 'event: record\n' : ''}data: ${JSON.stringify(record)}\n\n`);
  };
  const show = (event: 'picture' | 'sample', data: unknown): void => {
    if (out.writableLength < SLOW_BYTES) write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const unsubscribe = journal.subscribe(send);
  for (
    let batch = journal.read({ after: last });
    batch.length && !over;
    batch = journal.read({ after: last })
  )
    for (const record of batch) send(record);
  const unwatch = ask.pictures
    ? observer.watch({
        picture: (picture) => show('picture', picture),
        sample: (sample) => show('sample', sample),
      })
    : () => {};
  const beat = setInterval(() => write(': still here\n\n'), BEAT_MS);
  out.once('close', () => {
    over = true;
    unsubscribe();
    unwatch();
    clearInterval(beat);
  });
}
