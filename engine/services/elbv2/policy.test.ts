/** The pure rooms: verdicts, selection, conditions, redirects and headers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FailureKind } from '../../network/http/index.ts';
import { statusOfFailure } from './failure-status.ts';
import { actionsFor, compileRules, type RequestFacts, wildcard } from './listener-rules.ts';
import { metricData, newCounters } from './metrics.ts';
import type { HealthCheckSettings, LoadBalancerSettings } from './model.ts';
import { redirectOf } from './redirect.ts';
import { newTraceId, towardsTarget } from './request-headers.ts';
import {
  afterCheck,
  agreed,
  type CheckOutcome,
  evaluateTargetHealth,
  matches,
  REGISTERED,
  type TargetView,
  zoneInDns,
} from './target-health.ts';
import { byWeight, leastOutstanding, roundRobin, routable } from './target-selection.ts';

const check: HealthCheckSettings = {
  protocol: 'HTTP',
  port: 'traffic-port',
  path: '/',
  intervalSeconds: 10,
  timeoutSeconds: 5,
  healthyThreshold: 3,
  unhealthyThreshold: 2,
  matcher: '200',
};
const good: CheckOutcome = { kind: 'answered', status: 200 };
const bad: CheckOutcome = { kind: 'timed-out' };
const after = (...outcomes: CheckOutcome[]): TargetView =>
  outcomes.reduce((view, outcome, index) => afterCheck(view, outcome, check, index), REGISTERED);

test('the first success after registration is enough; recovery needs the threshold', () => {
  assert.equal(after(good).health.state, 'healthy');
  assert.equal(after(bad).health.reason, 'Elb.InitialHealthChecking');
  assert.equal(after(bad, good).health.state, 'healthy');
  assert.equal(after(bad, bad).health.reason, 'Target.Timeout');
  assert.equal(after(bad, bad, good, good).health.state, 'unhealthy');
  assert.equal(after(bad, bad, good, good, good).health.state, 'healthy');
  assert.equal(after(bad, bad, good, good, bad, good).health.state, 'unhealthy');
  assert.equal(after(good, bad).health.state, 'healthy');
  assert.equal(after(good, bad, good, bad).health.state, 'healthy');
  assert.equal(after(good, bad, bad).health.state, 'unhealthy');
});

test('a healthy target has had a success within its last two checks', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 2 }), (results) => {
      const view = after(...results.map((result) => (result ? good : bad)));
      const lastTwo = results.slice(-check.unhealthyThreshold);
      if (view.health.state === 'healthy') assert.ok(lastTwo.some(Boolean));
      if (lastTwo.every((result) => !result)) assert.equal(view.health.state, 'unhealthy');
    }),
  );
});

test('matchers take codes, lists and ranges', () => {
  assert.ok(matches('200', 200) && !matches('200', 204));
  assert.ok(matches('200,202', 202) && matches('200-299', 250) && !matches('200-299', 301));
});

test('nodes agree by majority; undecided, for the better', () => {
  const healthy = after(good);
  const unhealthy = after(bad, bad);
  assert.equal(agreed([healthy, unhealthy, unhealthy]).state, 'unhealthy');
  assert.equal(agreed([healthy, unhealthy]).state, 'healthy');
  assert.equal(agreed([]).state, 'initial');
});

test('DNS: a group without a healthy target, or without any, is unhealthy', () => {
  const up = { zone: 'a', healthy: true };
  const down = { zone: 'b', healthy: false };
  assert.equal(evaluateTargetHealth([{ targets: [up, down] }]), true);
  assert.equal(evaluateTargetHealth([{ targets: [up] }, { targets: [down] }]), false);
  assert.equal(evaluateTargetHealth([{ targets: [] }]), false);
  assert.equal(zoneInDns('a', [{ targets: [up, down] }]), true);
  assert.equal(zoneInDns('b', [{ targets: [up, down] }]), false);
  assert.equal(zoneInDns('c', [{ targets: [up, down] }]), true);
});

const candidate = (name: string, healthy = true, healthySinceMs = 0, outstanding = 0) => ({
  name,
  healthy,
  healthySinceMs,
  outstanding,
  credit: 0,
});

test('round robin is even, slow start is not', () => {
  const targets = [candidate('a'), candidate('b', true, 900), candidate('c')];
  const count = (slowStartMs: number): Record<string, number> => {
    const picks: Record<string, number> = {};
    for (let index = 0; index < 2100; index++) {
      const name = roundRobin(targets, slowStartMs, 1000)!.name;
      picks[name] = (picks[name] ?? 0) + 1;
    }
    return picks;
  };
  assert.deepEqual(count(0), { a: 700, b: 700, c: 700 });
  const slow = count(1000);
  assert.ok(slow['b']! < 150 && slow['a']! > 900, JSON.stringify(slow));
});

test('least outstanding prefers the idle and is fair among equals', () => {
  const targets = [candidate('a', true, 0, 2), candidate('b'), candidate('c')];
  assert.deepEqual(
    [1, 2, 3, 4].map(() => leastOutstanding(targets)!.name),
    ['b', 'c', 'b', 'c'],
  );
});

test('fail open: without a healthy target all are routable', () => {
  assert.deepEqual(
    routable([candidate('a', false), candidate('b')]).map((one) => one.name),
    ['b'],
  );
  assert.equal(routable([candidate('a', false), candidate('b', false)]).length, 2);
});

test('weights are shares of one', () => {
  const choices = [
    { name: 'a', weight: 1 },
    { name: 'b', weight: 3 },
    { name: 'c', weight: 0 },
  ];
  assert.equal(byWeight(choices, 0.24)?.name, 'a');
  assert.equal(byWeight(choices, 0.25)?.name, 'b');
  assert.equal(byWeight(choices, 0.999)?.name, 'b');
  assert.equal(byWeight([{ weight: 0 }], 0.5), undefined);
});

const facts = (over: Partial<RequestFacts>): RequestFacts => ({
  method: 'GET',
  target: '/img/a.png?size=2&v',
  host: 'www.shop.example:443',
  sourceAddress: '10.0.3.4',
  header: (name) => (name === 'user-agent' ? 'Mozilla' : undefined),
  ...over,
});

for (const [condition, fits] of [
  [{ Field: 'path-pattern', Values: ['/img/*'] }, true],
  [{ Field: 'path-pattern', Values: ['/IMG/*'] }, false],
  [{ Field: 'path-pattern', Values: ['/img/?.png'] }, true],
  [{ Field: 'host-header', HostHeaderConfig: { Values: ['*.SHOP.example'] } }, true],
  [{ Field: 'host-header', HostHeaderConfig: { Values: ['shop.example'] } }, false],
  [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'User-Agent', Values: ['moz*'] } }, true],
  [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-None', Values: ['*'] } }, false],
  [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['POST', 'GET'] } }, true],
  [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'size', Value: '2' }] } }, true],
  [{ Field: 'query-string', QueryStringConfig: { Values: [{ Value: '3' }] } }, false],
  [{ Field: 'source-ip', SourceIpConfig: { Values: ['192.0.2.0/24', '10.0.0.0/16'] } }, true],
  [{ Field: 'source-ip', SourceIpConfig: { Values: ['10.1.0.0/16'] } }, false],
] as const)
  test(`condition ${JSON.stringify(condition)}: ${fits}`, () => {
    const rules = compileRules([
      { priority: 1, conditions: [structuredClone(condition) as never], actions: [{ Type: 'redirect' }] },
    ]);
    assert.equal(actionsFor(facts({}), rules, [{ Type: 'forward' }])[0]?.Type, fits ? 'redirect' : 'forward');
  });

test('wildcards take everything else literally', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const pattern = text.replace(/[*?\\]/g, '\\$&');
      assert.ok(wildcard(pattern, false).test(text));
      assert.ok(!wildcard(pattern, false).test(`${text}x`));
    }),
  );
});

test('redirects fill in what the request had', () => {
  const request = { protocol: 'http' as const, host: 'a.example:80', port: 80, target: '/x/y?z=1' };
  const same = (port: number): number => port;
  const to = (config: object): string =>
    redirectOf({ StatusCode: 'HTTP_302', ...config }, request, same).location;
  assert.equal(to({ Protocol: 'HTTPS', Port: '443' }), 'https://a.example:443/x/y?z=1');
  assert.equal(to({ Host: 'b.#{host}', Path: '/new/#{path}', Query: '' }), 'http://b.a.example:80/new/x/y');
  assert.equal(
    redirectOf({ StatusCode: 'HTTP_301' }, request, (port) => port + 10_000).location,
    'http://a.example:10080/x/y?z=1',
  );
});

const settings: LoadBalancerSettings = {
  idleMs: 60_000,
  clientKeepAliveMs: 3_600_000,
  dropInvalidHeaderFields: true,
  forwardedFor: 'append',
  forwardedForPort: false,
};
const hop = {
  clientAddress: '198.51.100.1',
  clientPort: 5000,
  protocol: 'https' as const,
  port: 443,
  traceId: '1-0-a',
};

test('forwarding fields are the balancer’s, whatever the client claims', () => {
  const headers = ['X-Forwarded-Proto', 'gopher', 'X_Bad', '1', 'x-amzn-trace-id', 'Root=1-2-3', 'A', 'b'];
  assert.deepEqual(towardsTarget(headers, hop, settings), [
    ...['A', 'b', 'X-Forwarded-For', '198.51.100.1', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Port', '443'],
    ...['X-Amzn-Trace-Id', 'Self=1-0-a;Root=1-2-3'],
  ]);
  const chain = ['X-Forwarded-For', '192.0.2.1'];
  const value = (forwardedFor: LoadBalancerSettings['forwardedFor']): string | undefined => {
    const out = towardsTarget(chain, hop, { ...settings, forwardedFor }) ?? [];
    return out[out.indexOf('X-Forwarded-For') + 1];
  };
  assert.equal(value('append'), '192.0.2.1, 198.51.100.1');
  assert.equal(value('preserve'), '192.0.2.1');
  assert.equal(
    towardsTarget(chain, hop, { ...settings, forwardedFor: 'remove' })?.includes('X-Forwarded-For'),
    false,
  );
  const many = ['X-Forwarded-For', Array.from({ length: 31 }, () => '192.0.2.1').join(', ')];
  assert.equal(towardsTarget(many, hop, settings), undefined);
});

test('trace ids have AWS’s form', () => {
  assert.match(
    newTraceId(1_700_000_000_000, () => 0.5),
    /^1-6553f100-(?:80000000){3}$/,
  );
});

test('every cause of a failure has its status', () => {
  const expected: Record<FailureKind, number> = {
    'connect-refused': 502,
    'connect-timeout': 504,
    'tls-failed': 502,
    'reset-before-head': 502,
    'reset-mid-body': 502,
    'head-timeout': 504,
    'body-timeout': 504,
    malformed: 502,
    'client-gone': 460,
  };
  for (const [kind, status] of Object.entries(expected))
    assert.equal(statusOfFailure(kind as FailureKind), status);
});

test('a minute without requests reports hosts and nothing else', () => {
  const nodes = [{ zone: 'a', counters: newCounters(), activeConnections: 0 }];
  const groups = [{ fullName: 'targetgroup/g/1', zones: [{ zone: 'a', healthy: 2, unhealthy: 1 }] }];
  const data = metricData('app/x/1', new Date(0), nodes, groups);
  assert.deepEqual(
    data.map(
      (datum) => `${datum.MetricName} ${datum.Dimensions?.map((one) => one.Name).join('+')} ${datum.Value}`,
    ),
    [
      'HealthyHostCount TargetGroup+LoadBalancer 2',
      'UnHealthyHostCount TargetGroup+LoadBalancer 1',
      'HealthyHostCount AvailabilityZone+TargetGroup+LoadBalancer 2',
      'UnHealthyHostCount AvailabilityZone+TargetGroup+LoadBalancer 1',
    ],
  );
});
