// The entry as Lambda calls it, with an AWS that refuses every connection and name servers that refuse every question:
// it answers within its time, does nothing, and says why.

import assert from 'node:assert/strict';
import { promises as dns } from 'node:dns';
import { after, before, mock, test } from 'node:test';
import { handler } from './handler.ts';

const region = 'us-west-2';
const arn = (where: string): string => `arn:aws:rds:${where}:123456789012:cluster:understudy-${where}`;
const formerServers = dns.getServers();
const lines: string[] = [];

before(() => {
  Object.assign(process.env, {
    AWS_REGION: region,
    PEER_REGION: 'us-east-1',
    DOMAIN: 'storefront.example',
    GLOBAL_CLUSTER_ID: 'understudy',
    SELF_CLUSTER_ARN: arn(region),
    PEER_CLUSTER_ARN: arn('us-east-1'),
    SELF_CLUSTER_ID: 'understudy-us-west-2',
    ECS_CLUSTER: 'understudy-us-west-2',
    ECS_SERVICE: 'storefront',
    PEER_ECS_CLUSTER: 'understudy-us-east-1',
    TARGET_GROUP_ARN: `arn:aws:elasticloadbalancing:${region}:123456789012:targetgroup/storefront/0123456789abcdef`,
    STATE_BUCKET: 'understudy-controller-123456789012-us-west-2',
    TOPIC_ARN: `arn:aws:sns:${region}:123456789012:understudy-alerts`,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  dns.setServers(['127.0.0.1:9']);
  mock.method(console, 'log', (line: string) => lines.push(line));
});

after(() => dns.setServers(formerServers));

/** Lambda's remaining time: enough for one tick, too little to wait for a second. */
function shortMinute() {
  const endsAt = Date.now() + 15_000;
  return { getRemainingTimeInMillis: () => endsAt - Date.now() };
}

test('a tick of the schedule: one line, one verdict, nothing done', async () => {
  const reply = await handler({ source: 'aws.events' }, shortMinute());
  assert.ok('ticks' in reply);
  assert.equal(reply.ticks, 1);
  assert.equal(reply.verdict, 'hold');
  assert.match(reply.because, /memory cannot be read .*ECONNREFUSED/);
  const [line] = lines.map((text): unknown => JSON.parse(text));
  const said = line as { verdict: string; facts: Record<string, { unknown?: string }> };
  assert.equal(said.verdict, 'hold');
  for (const [name, fact] of Object.entries(said.facts)) assert.ok(fact.unknown, `${name} is known`);
});

test('a command without memory is refused with the reason; a malformed one is an error', async () => {
  const reply = await handler({ command: 'failback', rescueExported: true }, shortMinute());
  assert.ok('result' in reply);
  assert.equal(reply.result, 'refused');
  assert.match(reply.because, /ECONNREFUSED/);
  await assert.rejects(handler({ command: 'promote' }, shortMinute()), /command: "promote"; allowed/);
});
