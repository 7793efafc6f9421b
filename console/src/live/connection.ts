/**
 * The page's one stream. It ends when the tab is hidden, and when it is lost it is taken up again from the last
 * record heard, so that no record is missed or told twice; the charts' gap is filled from the API.
 */
import type { StreamEvent } from '@understudy/engine/console';
import type { Action } from '../state/state.ts';
import { currentState, dispatch } from '../state/store.ts';
import { get, Refused } from './api.ts';
import { eventParser, type ServerSentEvent } from './event-stream.ts';
import { authorization } from './token.ts';

/** The stream is asked for what comes after this record; what was there before the page is asked for by range. */
let lastHeard: number | null = null;

const PAUSES_MS = [250, 500, 1000, 2000, 4000];
/** The server says something at least each 15 s (`: still here`). */
const SILENCE_MS = 40_000;

export function keepConnected(): void {
  let current: AbortController | null = null;
  const hear = (): void => {
    if (document.hidden) current?.abort();
    if (document.hidden || (current && !current.signal.aborted)) return;
    current = new AbortController();
    void follow(current.signal);
  };
  document.addEventListener('visibilitychange', hear);
  hear();
}

async function follow(signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await catchUp(signal);
      await listen(signal, () => {
        attempt = 0;
      });
      if (!signal.aborted) lost('the system closed the connection', attempt);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && (error.status === 401 || error.status === 403)) {
        dispatch({ type: 'connection', connection: { state: 'refused', because: error.message } });
        return;
      }
      lost(error instanceof Error ? error.message : String(error), attempt);
    }
    await pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]!, signal);
  }
}

function lost(because: string, attempt: number): void {
  dispatch({ type: 'connection', connection: { state: 'lost', because, attempt: attempt + 1 } });
}

/** What the stream does not repeat: the picture as it is, and the samples since the last one. */
async function catchUp(signal: AbortSignal): Promise<void> {
  const fromMs = currentState().samples.at(-1)?.atMs;
  const [picture, samples, drills, newest] = await Promise.all([
    get('/api/picture', {}, signal),
    get('/api/samples', { fromMs, points: 1200 }, signal),
    get('/api/drills', {}, signal),
    lastHeard === null ? get('/api/events', { limit: 1 }, signal) : null,
  ]);
  dispatch({ type: 'picture', picture });
  dispatch({ type: 'samples', samples });
  dispatch({ type: 'drills', drills });
  lastHeard ??= newest?.lastId ?? 0;
}

async function listen(signal: AbortSignal, opened: () => void): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const answer = await fetch(`/api/stream?after=${lastHeard ?? 0}`, {
      headers: { ...authorization(), accept: 'text/event-stream', 'last-event-id': String(lastHeard ?? 0) },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!answer.ok || !answer.body) throw new Refused(answer.status, `the stream answered ${answer.status}`);
    opened();
    dispatch({ type: 'connection', connection: { state: 'live' } });
    const parse = eventParser();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      for (const event of parse(part.value)) take(event);
    }
  } catch (error) {
    if (silence.signal.aborted) throw new Error('nothing was heard for 40 seconds');
    if (error instanceof TypeError) throw new Error('the system does not answer');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function take({ event, data, id }: ServerSentEvent): void {
  if (id !== null && id !== '') lastHeard = Math.max(lastHeard ?? 0, Number(id));
  const value = JSON.parse(data) as unknown;
  // A record without an event's name is one of a server that streams the journal alone.
  const heard = { event: event === 'message' ? 'record' : event, data: value } as StreamEvent;
  dispatch(actionOf(heard));
}

function actionOf(heard: StreamEvent): Action {
  switch (heard.event) {
    case 'record':
      return { type: 'record', record: heard.data };
    case 'picture':
      return { type: 'picture', picture: heard.data };
    case 'sample':
      return { type: 'sample', sample: heard.data };
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
