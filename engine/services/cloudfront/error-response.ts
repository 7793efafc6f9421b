/** A distribution's own error page: fetched by the behaviour of its path, sent with the status it shall have. */
import { collect } from '../../network/http/index.ts';
import { originRequest } from './origin-request.ts';
import { targetOf } from './registry.ts';
import { keptHeaders, withEdge } from './viewer-response.ts';
import { count, countOutcome, type EdgeParts, sendError, type Viewing } from './viewing.ts';

const MAX_ERROR_PAGE_BYTES = 1024 * 1024;

/** A custom error page, fetched by its own behaviour; without it the edge's own page. */
export async function sendPage(
  edge: EdgeParts,
  viewing: Viewing,
  status: number,
  pagePath: string,
  signal: AbortSignal,
): Promise<void> {
  const { reply, distribution, request } = viewing;
  const behavior = distribution.behaviors.match(pagePath);
  const page = await edge.fetcher.ask(targetOf(distribution, behavior), behavior, {
    method: 'GET',
    secure: request.secure,
    body: undefined,
    signal,
    requestFor: (origin) =>
      originRequest({
        viewer: {
          method: 'GET',
          host: request.host ?? '',
          headers: [],
          connection: undefined,
          remoteAddress: request.remoteAddress,
          hasBody: false,
        },
        behavior,
        origin,
        path: pagePath,
        query: '',
        encoding: '',
        passThrough: false,
        confirm: undefined,
        requestId: edge.nextRequestId(),
        via: edge.identity.via,
      }),
  });
  if (reply.over) return;
  reply.onOver = undefined;
  if (page.response?.status !== 200) {
    page.response?.body.discard();
    return sendError(edge, viewing, status, `its own page ${pagePath} is not there`);
  }
  countOutcome(edge.stats, status);
  const body = await collect(page.response.body, MAX_ERROR_PAGE_BYTES);
  const kept = keptHeaders(page.response.headers, page.response.head.connection, behavior, edge.clock.now());
  const code = distribution.errors.get(status)?.responseCode ?? status;
  reply.send(code, withEdge(kept, 'Error', edge.identity, edge.nextRequestId()), body);
  count(distribution, code, reply.bodyBytes);
}
