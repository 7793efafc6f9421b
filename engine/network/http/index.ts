/** The door of the HTTP/1.1 room; README.md has the examples. */
export { type Body, collect, type Sink } from './body.ts';
export {
  Exchange,
  fetchUpstream,
  type UpstreamResponse,
} from './exchange.ts';
export { ExchangeError, type Failure, type FailureKind, type Refusal } from './failure.ts';
export { forward, relay } from './forward.ts';
export { endToEnd, headerOf, joinedHeader, type RawHeaders, withoutHeaders } from './headers.ts';
export { type Destination, destination, Pool } from './pool.ts';
export type { Reply } from './reply.ts';
export type { IncomingRequest } from './request.ts';
export { type HttpServer, type ServeOptions, serveHttp } from './server.ts';
export type { TlsIdentity } from './tls.ts';
