/**
 * GET /api/stream: what happens, as server-sent events (HTML standard, “Server-sent events”). Records carry their
 * number as id, so that a reader resumes after the last one it has (Last-Event-ID, or ?after=). Who asks for an event
 * stream (Accept, as a browser does, or ?pictures=1) gets pictures and samples as well, and events have names; others
 * get records alone, without a name.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JournalStore, NumberedRecord } from './journal-store.ts';
import type { Observer } from './observer.ts';

const BEAT_MS = 15_000;
const BATCH = 500;
/** A reader that is this far behind is waited for; meanwhile it gets no pictures: the next one is as good. */
const SLOW_BYTES = 256 * 1024;

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
    pictures: query['pictures'] === '1' || /\btext\/event-stream\b/.test(headers.accept ?? ''),
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
    if (!over) out.write(text);
  };
  const send = (record: NumberedRecord): void => {
    last = record.id;
    const name = ask.pictures ? 'event: record\n' : '';
    write(`id: ${record.id}\n${name}data: ${JSON.stringify(record)}\n\n`);
  };
  // From the journal, as fast as the reader takes them; new ones meanwhile are in the journal, too.
  let catchingUp = false;
  const catchUp = async (): Promise<void> => {
    if (catchingUp) return;
    catchingUp = true;
    while (!over) {
      const batch = journal.read({ after: last, limit: BATCH });
      for (const record of batch) send(record);
      if (batch.length === 0) break;
      if (out.writableLength > SLOW_BYTES) await drained(out);
    }
    catchingUp = false;
  };
  const show = (event: 'picture' | 'sample', data: unknown): void => {
    if (out.writableLength < SLOW_BYTES) write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const unsubscribe = journal.subscribe((record) => {
    if (catchingUp || record.id <= last) return;
    if (record.id === last + 1 && out.writableLength < SLOW_BYTES) send(record);
    else void catchUp();
  });
  void catchUp();
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

/** The reader has taken what was written, or has gone. */
function drained(out: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      out.off('drain', done);
      out.off('close', done);
      resolve();
    };
    out.on('drain', done);
    out.on('close', done);
  });
}
