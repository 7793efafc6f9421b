/** The door of the HTTP/1.1 room; README.md has the examples. */
export { type Body, collect, type Sink } from './body.ts';
export type { ClientTimeouts } from './client.ts';
export {
  Exchange,
  fetchUpstream,
  type UpstreamRequest,
  type UpstreamResponse,
  type UpstreamTimeouts,
} from './exchange.ts';
export { ExchangeError, type Failure, type FailureKind, type Refusal } from './failure.ts';
export { type ForwardOptions, forward, relay } from './forward.ts';
export type { HeadLimits, RequestHead, ResponseHead } from './head.ts';
export { endToEnd, headerOf, joinedHeader, listMembers, type RawHeaders, withoutHeaders } from './headers.ts';
export { type Destination, type DestinationTls, destination, Pool, type PoolOptions } from './pool.ts';
export type { Outcome, Reply, StreamOptions } from './reply.ts';
export type { IncomingRequest } from './request.ts';
export { type HttpServer, type ServeOptions, serveHttp } from './server.ts';
export type { TlsIdentity } from './tls.ts';
