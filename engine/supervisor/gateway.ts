/**
 * One address for people: `AWS_ENDPOINT_URL` points here, and the region in the request's credential scope
 * says which region's endpoint it goes to. Nothing is verified here; the region does that.
 */
import { createServer, type Server } from 'node:http';
import type { AddressBook } from '../network/addresses.ts';
import { API_PORT, forwardTo } from '../region/endpoint.ts';

const SCOPE = /Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\//;
const PRESIGNED_SCOPE = /X-Amz-Credential=[^&%/]+(?:%2F|\/)\d{8}(?:%2F|\/)([a-z0-9-]+)(?:%2F|\/)/i;

/** The region of a request's credential scope, from its header or its query. */
export function scopeRegion(authorization: string | undefined, url: string): string | undefined {
  return SCOPE.exec(authorization ?? '')?.[1] ?? PRESIGNED_SCOPE.exec(url)?.[1];
}

export async function serveGateway(
  book: AddressBook,
  regions: readonly string[],
): Promise<{ url: string; close(): void }> {
  const host = book.global('control', 0);
  const server: Server = createServer((request, response) => {
    const asked = scopeRegion(request.headers.authorization, request.url ?? '');
    // Global services are signed for us-east-1, which is the first region; what is unsigned is refused there.
    const region = asked !== undefined && regions.includes(asked) ? asked : regions[0]!;
    forwardTo(`http://${book.endpointOf(region)}:${API_PORT}`, request, response);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(API_PORT, host, resolve);
  });
  return {
    url: `http://${host}:${API_PORT}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
