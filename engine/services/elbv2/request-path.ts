/** The way of one request through a node: rules, an action, and if it is forwarded, a target and its answer. */
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  endToEnd,
  type Failure,
  forward,
  type IncomingRequest,
  joinedHeader,
  type Refusal,
  type Reply,
} from '../../network/http/index.ts';
import { page, statusOfFailure, statusOfRefusal } from './failure-status.ts';
import { actionsFor } from './listener-rules.ts';
import { countOwn, countResponse, groupCounters } from './metrics.ts';
import type { Node, OpenListener } from './node.ts';
import { countServed, type NodeTarget, type UnderWay } from './node-group.ts';
import { redirectOf } from './redirect.ts';
import { newTraceId, towardsTarget } from './request-headers.ts';
import { byWeight } from './target-selection.ts';

export function handleRequest(
  node: Node,
  listener: OpenListener,
  request: IncomingRequest,
  reply: Reply,
): void {
  node.requests++;
  const { plan, rules } = listener;
  if (request.method === 'TRACE') {
    answer(node, reply, 405);
    return;
  }
  const actions =
    rules.length === 0 ? plan.defaultActions : actionsFor(factsOf(request), rules, plan.defaultActions);
  const action = actions[0];
  switch (action?.Type) {
    case 'forward':
      forwardRequest(node, listener, request, reply, action);
      return;
    case 'redirect':
      redirect(node, listener, request, reply, action);
      return;
    case 'fixed-response':
      fixedResponse(node, reply, action);
      return;
    default:
      answer(node, reply, 500);
  }
}

export function answerRefusal(node: Node, refusal: Refusal, reply: Reply): void {
  answer(node, reply, statusOfRefusal(refusal));
}

function factsOf(request: IncomingRequest): Parameters<typeof actionsFor>[0] {
  return {
    method: request.method,
    target: request.target,
    host: request.host,
    sourceAddress: request.remoteAddress,
    header: (name) => joinedHeader(request.headers, name),
  };
}

function forwardRequest(
  node: Node,
  listener: OpenListener,
  request: IncomingRequest,
  reply: Reply,
  action: Action,
): void {
  const { context } = node.host;
  const group = groupOf(node, action);
  const target = group?.pick();
  if (!group || !target) {
    answer(node, reply, 503);
    return;
  }
  const startedMs = context.clock.now();
  const headers = towardsTarget(
    endToEnd(request.headers, request.head.connection),
    {
      clientAddress: request.remoteAddress,
      clientPort: request.remotePort,
      protocol: request.secure ? 'https' : 'http',
      port: listener.plan.port,
      traceId: newTraceId(startedMs, context.random),
    },
    node.plan.settings,
  );
  if (!headers) {
    answer(node, reply, 463);
    return;
  }
  if (request.host === undefined) headers.unshift('Host', node.plan.dnsName);
  const counters = groupCounters(node.counters, group.plan.fullName);
  node.counters.requests++;
  counters.requests++;
  const done = begin(node, target, reply);
  const exchange = forward(request, reply, {
    pool: node.pool,
    to: target.to,
    timeouts: node.timeouts,
    headers,
    upgrade: true,
    onHead: (response) => {
      countResponse(counters, response.status, context.clock.now() - startedMs);
      countServed(target.served, response.status);
    },
    onFailure: (failure) => {
      target.served.failed++;
      if (failure.kind.startsWith('connect-')) counters.connectionErrors++;
      answer(node, reply, statusOfFailure(failure.kind));
    },
  });
  done.exchange = exchange;
}

/** Keeps the books of a request under way: who is busy, and what to do if its target's delay runs out. */
function begin(node: Node, target: NodeTarget, reply: Reply): { exchange: UnderWay['exchange'] | undefined } {
  const book: { exchange: UnderWay['exchange'] | undefined } = { exchange: undefined };
  const underWay = {
    get exchange(): UnderWay['exchange'] {
      return book.exchange as UnderWay['exchange'];
    },
    expired: (): void => {
      book.exchange?.abort();
      if (reply.begun) reply.abort(EXPIRED);
      else answer(node, reply, 502);
    },
  };
  target.outstanding++;
  target.underWay.add(underWay);
  reply.onOver = (outcome) => {
    target.outstanding--;
    target.underWay.delete(underWay);
    node.counters.bytes += reply.bodyBytes;
    if (outcome.kind === 'aborted' && outcome.reason.kind === 'client-gone' && reply.status === 0)
      countOwn(node.counters, statusOfFailure('client-gone'));
  };
  return book;
}

const EXPIRED: Failure = { kind: 'reset-mid-body', because: "the target's deregistration delay is over" };

function groupOf(node: Node, action: Action): ReturnType<Node['groups']['get']> {
  const weighted = action.ForwardConfig?.TargetGroups;
  if (!weighted || weighted.length < 2)
    return node.groups.get(weighted?.[0]?.TargetGroupArn ?? action.TargetGroupArn ?? '');
  const choices = weighted.map((one) => ({ arn: one.TargetGroupArn ?? '', weight: one.Weight ?? 1 }));
  return node.groups.get(byWeight(choices, node.host.context.random())?.arn ?? '');
}

function redirect(
  node: Node,
  listener: OpenListener,
  request: IncomingRequest,
  reply: Reply,
  action: Action,
): void {
  const { network } = node.host.context;
  const { status, location } = redirectOf(
    action.RedirectConfig ?? { StatusCode: 'HTTP_302' },
    {
      protocol: request.secure ? 'https' : 'http',
      host: request.host ?? node.plan.dnsName,
      port: listener.plan.port,
      target: request.target,
    },
    network.port,
  );
  node.counters.redirects++;
  answer(node, reply, status, ['Location', location]);
}

function fixedResponse(node: Node, reply: Reply, action: Action): void {
  const { StatusCode, ContentType, MessageBody = '' } = action.FixedResponseConfig ?? { StatusCode: '503' };
  const status = Number(StatusCode);
  node.counters.fixedResponses++;
  countOwn(node.counters, status);
  reply.send(status, [...ownHeaders(node), 'Content-Type', ContentType ?? 'text/plain'], MessageBody);
}

function answer(node: Node, reply: Reply, status: number, headers: readonly string[] = []): void {
  countOwn(node.counters, status);
  const own = [...ownHeaders(node), 'Content-Type', 'text/html', ...headers];
  reply.send(status, own, page(status));
}

function ownHeaders(node: Node): string[] {
  return ['Server', 'awselb/2.0', 'Date', new Date(node.host.context.clock.now()).toUTCString()];
}
