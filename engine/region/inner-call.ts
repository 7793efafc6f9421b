/**
 * Calls between the engine's own processes (a region to the global data planes and back), which are not AWS
 * APIs: an HTTP POST with the structured-clone encoding, so that Dates and bytes arrive as they are, and the
 * system's secret as a bearer token.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { deserialize, serialize } from 'node:v8';

const MAX_BODY_BYTES = 16 * 1024 * 1024;

export function innerToken(systemSecret: string): string {
  return createHmac('sha256', systemSecret).update('inner call').digest('hex');
}

export interface InnerCaller {
  /** POSTs to `<base>/_understudy/<name>`; rejects when nobody answers within the deadline (real ms). */
  call<O>(base: string, name: string, input: unknown, deadlineMs?: number): Promise<O>;
}

export function createInnerCaller(systemSecret: string): InnerCaller {
  const token = innerToken(systemSecret);
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  return {
    call: <O>(base: string, name: string, input: unknown, deadlineMs = 5000): Promise<O> =>
      new Promise<O>((resolve, reject) => {
        const body = serialize(input);
        const url = new URL(`/_understudy/${name}`, base);
        const outgoing = request(
          url,
          {
            method: 'POST',
            agent,
            headers: { authorization: `Bearer ${token}`, 'content-length': body.length },
            signal: AbortSignal.timeout(Math.ceil(deadlineMs)),
          },
          (response) => {
            collect(response)
              .then((bytes) => {
                const value: unknown = deserialize(bytes);
                if (response.statusCode === 200) resolve(value as O);
                else
                  reject(
                    Object.assign(new Error((value as Error).message), {
                      code: (value as { code: string }).code,
                    }),
                  );
              })
              .catch(reject);
          },
        );
        outgoing.once('error', reject);
        outgoing.end(body);
      }),
  };
}

/** Serves inner calls; returns false when the request is not one. */
export function serveInnerCalls(
  systemSecret: string,
  handlers: Readonly<Record<string, (input: never) => unknown>>,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const expected = Buffer.from(`Bearer ${innerToken(systemSecret)}`);
  return (request, response) => {
    if (!request.url?.startsWith('/_understudy/')) return false;
    const reply = (status: number, value: unknown): void => {
      const body = serialize(value);
      response.writeHead(status, { 'content-length': body.length }).end(body);
    };
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      reply(403, { message: 'this address is for the system’s own processes', code: 'AccessDenied' });
      return true;
    }
    const handler = handlers[request.url.slice('/_understudy/'.length)];
    collect(request)
      .then(async (bytes) => {
        if (!handler) throw Object.assign(new Error(`no inner call ${request.url}`), { code: 'UnknownCall' });
        reply(200, await handler(deserialize(bytes) as never));
      })
      .catch((error: Error & { code?: string }) =>
        reply(500, { message: error.message, code: error.code ?? error.name }),
      );
    return true;
  };
}

async function collect(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`an inner call may carry ${MAX_BODY_BYTES} bytes at most`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
