/**
 * Where a region's AWS APIs answer. A request's credential scope names its region; what belongs to another
 * region is carried there through the link, byte for byte, and verified there.
 */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';

export const API_PORT = 4566;

export interface Endpoint {
  close(): Promise<void>;
}

export async function serveEndpoint(
  host: string,
  handlers: readonly ((request: IncomingMessage, response: ServerResponse) => boolean)[],
): Promise<Endpoint> {
  const server: Server = createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 0 },
    (request, response) => {
      for (const handle of handlers) if (handle(request, response)) return;
      response.writeHead(404).end();
    },
  );
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(API_PORT, host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Carries a request to another endpoint as it came, headers in their order and case. */
export function forwardTo(base: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(base);
  const outgoing = httpRequest(
    {
      host: url.hostname,
      port: url.port,
      method: request.method,
      path: request.url,
      headers: request.rawHeaders,
      setHost: false,
    },
    (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.rawHeaders);
      incoming.pipe(response);
    },
  );
  outgoing.once('error', (error) => {
    if (response.headersSent) response.destroy();
    else unavailable(request, response, `The region behind ${base} does not answer: ${error.message}`);
  });
  response.once('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

/** A 503 in the form that the request's protocol can read: an SDK shows its message instead of a parser's. */
function unavailable(request: IncomingMessage, response: ServerResponse, message: string): void {
  const type = request.headers['content-type'] ?? '';
  const speaksXml =
    type.includes('x-www-form-urlencoded') || request.headers['x-amz-content-sha256'] !== undefined;
  const isRestJson = request.url?.startsWith('/2015-03-31/') || type.includes('json');
  if (speaksXml && !isRestJson) {
    const text = message.replace(/[<>&]/g, (char) => `&#${char.charCodeAt(0)};`);
    const error = `<Error><Code>ServiceUnavailable</Code><Message>${text}</Message></Error>`;
    response
      .writeHead(503, { 'content-type': 'text/xml' })
      .end(type.includes('urlencoded') ? `<ErrorResponse>${error}</ErrorResponse>` : error);
    return;
  }
  response
    .writeHead(503, { 'content-type': 'application/json', 'x-amzn-errortype': 'ServiceUnavailable' })
    .end(JSON.stringify({ message }));
}
