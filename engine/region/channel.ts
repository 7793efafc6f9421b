/**
 * Requests and notices between the supervisor and the processes it starts, over Node's IPC. Every request
 * has a deadline in real time, since the other side may be frozen or killed at any moment.
 */
import type { ChildProcess } from 'node:child_process';

export interface Channel {
  /** Rejects when the other side answers with an error, is gone, or has not answered in time. */
  request<O>(name: string, input?: unknown, deadlineMs?: number): Promise<O>;
  notify(name: string, data: unknown): void;
  /** Requests and notices by name; a notice's result is dropped. */
  serve(handlers: Readonly<Record<string, (input: never) => unknown>>): void;
  onClose(call: () => void): void;
}

type Message =
  | { readonly kind: 'request'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'notice'; readonly name: string; readonly input: unknown }
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly message: string; readonly code?: string };

/** What a request fails with; `code` is the other side's error code where it had one. */
export class ChannelError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'ChannelError';
    this.code = code;
  }
}

const DEADLINE_MS = 30_000;

/** `peer` is a child with IPC, or `process` inside such a child. */
export function createChannel(peer: ChildProcess | NodeJS.Process, peerName: string): Channel {
  const waiting = new Map<number, { settle(message: Message): void; fail(error: Error): void }>();
  const handlers = new Map<string, (input: never) => unknown>();
  const closed: (() => void)[] = [];
  let nextId = 1;

  const send = (message: Message): void => {
    if (!peer.connected || !peer.send) return;
    peer.send(message, undefined, {}, () => {});
  };
  const answer = async (message: Extract<Message, { kind: 'request' }>): Promise<void> => {
    try {
      const handler = handlers.get(message.name);
      if (!handler)
        throw new ChannelError('UnknownRequest', `${message.name} is not a request that is served here`);
      send({ kind: 'value', id: message.id, value: await handler(message.input as never) });
    } catch (error) {
      const { message: text, code } = error as Error & { code?: string };
      send({ kind: 'error', id: message.id, message: text, ...(code ? { code } : {}) });
    }
  };
  const receive = (message: Message): void => {
    switch (message.kind) {
      case 'request':
        void answer(message);
        return;
      case 'notice':
        handlers.get(message.name)?.(message.input as never);
        return;
      default: {
        const call = waiting.get(message.id);
        waiting.delete(message.id);
        call?.settle(message);
      }
    }
  };
  const listen = peer as NodeJS.EventEmitter;
  listen.on('message', receive);
  listen.once('disconnect', () => {
    for (const call of waiting.values()) call.fail(new ChannelError('Gone', `${peerName} is gone`));
    waiting.clear();
    for (const call of closed) call();
  });

  return {
    request: <O>(name: string, input?: unknown, deadlineMs = DEADLINE_MS): Promise<O> =>
      new Promise<O>((resolve, reject) => {
        if (!peer.connected) {
          reject(new ChannelError('Gone', `${peerName} is gone`));
          return;
        }
        const id = nextId++;
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new ChannelError('Timeout', `${peerName} has not answered ${name} for ${deadlineMs} ms`));
        }, deadlineMs);
        waiting.set(id, {
          fail: (error) => {
            clearTimeout(timer);
            reject(error);
          },
          settle: (message) => {
            clearTimeout(timer);
            if (message.kind === 'value') resolve(message.value as O);
            else if (message.kind === 'error')
              reject(new ChannelError(message.code ?? 'Failed', message.message));
          },
        });
        send({ kind: 'request', id, name, input });
      }),
    notify: (name, input) => send({ kind: 'notice', name, input }),
    serve: (table) => {
      for (const [name, handler] of Object.entries(table)) handlers.set(name, handler);
    },
    onClose: (call) => void closed.push(call),
  };
}
