/**
 * Writes one message to a socket with as few system calls as there are reasons to wait: a head is held back
 * for the first octets of its body, and both leave in one write when they are small.
 */
import type { Socket } from 'node:net';

const TOGETHER_BYTES = 16_384;

export class Writer {
  readonly #socket: Socket;
  #head = '';

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Keeps a head until the next write or `flush`. */
  hold(head: string): void {
    this.#head += head;
  }

  /** False when the socket has enough for now. */
  write(data: Buffer): boolean {
    const head = this.#head;
    if (head === '') return this.#socket.write(data);
    this.#head = '';
    const size = head.length + data.length;
    if (size <= TOGETHER_BYTES) {
      const both = Buffer.allocUnsafe(size);
      both.write(head, 0, 'latin1');
      data.copy(both, head.length);
      return this.#socket.write(both);
    }
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    const more = this.#socket.write(data);
    this.#socket.uncork();
    return more;
  }

  text(text: string): boolean {
    const all = this.#head + text;
    this.#head = '';
    return this.#socket.write(all, 'latin1');
  }

  flush(): void {
    if (this.#head !== '') this.text('');
  }
}

/** One chunk of a body that is given the chunked coding here (RFC 9112 §7.1). */
export function writeChunk(writer: Writer, data: Buffer): boolean {
  if (data.length === 0) return true;
  const size = `${data.length.toString(16)}\r\n`;
  if (data.length > TOGETHER_BYTES) {
    writer.text(size);
    writer.write(data);
    return writer.text('\r\n');
  }
  const chunk = Buffer.allocUnsafe(size.length + data.length + 2);
  chunk.write(size, 0, 'latin1');
  data.copy(chunk, size.length);
  chunk.write('\r\n', chunk.length - 2, 'latin1');
  return writer.write(chunk);
}

export const LAST_CHUNK = '0\r\n\r\n';
