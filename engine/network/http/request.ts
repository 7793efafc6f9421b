/** A request as a handler sees it: the head, where it came from, and its body still to be read. */
import type { Body } from './body.ts';
import type { ClientConnection } from './client.ts';
import type { RequestHead } from './head.ts';
import { headerOf, type RawHeaders } from './headers.ts';

export class IncomingRequest {
  readonly head: RequestHead;
  readonly body: Body;
  readonly #client: ClientConnection;

  constructor(client: ClientConnection, head: RequestHead, body: Body) {
    this.#client = client;
    this.head = head;
    this.body = body;
  }

  get method(): string {
    return this.head.method;
  }
  /** Path and query, or `*`. */
  get target(): string {
    return this.head.target;
  }
  get headers(): RawHeaders {
    return this.head.headers;
  }
  get host(): string | undefined {
    return this.head.host;
  }
  get remoteAddress(): string {
    return this.#client.remoteAddress;
  }
  get remotePort(): number {
    return this.#client.remotePort;
  }
  get localPort(): number {
    return this.#client.localPort;
  }
  get secure(): boolean {
    return this.#client.secure;
  }
  /** First value of a field; `name` in lower case. */
  header(name: string): string | undefined {
    return headerOf(this.head.headers, name);
  }
}
