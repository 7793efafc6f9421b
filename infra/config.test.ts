/** The configuration: defaults are the architecture's, and a wrong value is refused with its path. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigRefused, failoverSeconds, resolveConfig } from './config.ts';
import settings from './understudy.config.ts';

function refusal(wrong: unknown): string {
  try {
    resolveConfig(wrong);
  } catch (error) {
    assert.ok(error instanceof ConfigRefused);
    return error.problems.join('\n');
  }
  return assert.fail(`accepted: ${JSON.stringify(wrong)}`);
}

test('without settings, everything is as the architecture says', () => {
  const config = resolveConfig({});
  assert.deepEqual(config.regions, [
    { name: 'us-east-1', cidr: '10.0.0.0/16' },
    { name: 'us-west-2', cidr: '10.1.0.0/16' },
  ]);
  assert.equal(config.tasks.minimum, 2);
  assert.equal(config.tasks.maximum, 10);
  assert.equal(config.tasks.cpuTargetPercent, 70);
  assert.equal(config.database.instanceClass, 'db.r5.large');
  assert.equal(config.healthCheck.intervalSeconds, 30);
  assert.deepEqual(config.budget, { rtoSeconds: 300, rpoSeconds: 1 });
});

test("the architecture's sum: 90 + 60 + 60 + 30 seconds", () => {
  assert.deepEqual(failoverSeconds(resolveConfig({})), {
    detect: 90,
    redirect: 60,
    promote: 60,
    recover: 30,
    total: 240,
  });
});

test('the settings file of this checkout is accepted', () => {
  assert.equal(resolveConfig(settings).domain, 'storefront.example');
});

for (const [wrong, path] of [
  [{ domain: 'Storefront' }, 'domain'],
  [{ domain: 'storefront.example.' }, 'domain'],
  [{ account: '42' }, 'account'],
  [{ profile: 'prod' }, 'profile'],
  [{ existingHostedZoneId: 'zone' }, 'existingHostedZoneId'],
  [{ regions: [{ name: 'us-east-1', cidr: '10.0.0.0/16' }] }, 'regions'],
  [regions('us-east-1', '10.0.0.0/8', 'us-west-2', '10.1.0.0/16'), 'regions[0].cidr'],
  [regions('us-east-1', '10.0.0.0/16', 'us-west-2', '10.0.0.0/16'), 'regions[1].cidr'],
  [regions('us-east-1', '10.0.0.0/16', 'us-east-1', '10.1.0.0/16'), 'regions[1].name'],
  [regions('eu-west-1', '10.0.0.0/16', 'us-west-2', '10.1.0.0/16'), 'regions[0].name'],
  [regions('us-east-1', '10.0.0.0/16', 'Oregon', '10.1.0.0/16'), 'regions[1].name'],
  [{ network: { nat: 'none' } }, 'network.nat'],
  [{ tasks: { cpuUnits: 300 } }, 'tasks.cpuUnits'],
  [{ tasks: { cpuUnits: 256, memoryMiB: 4096 } }, 'tasks.memoryMiB'],
  [{ tasks: { minimum: 5, maximum: 4 } }, 'tasks.maximum'],
  [{ tasks: { cpuTargetPercent: 100 } }, 'tasks.cpuTargetPercent'],
  [{ database: { instanceClass: 'db.t3.medium' } }, 'database.instanceClass'],
  [{ database: { engineVersion: '8.0' } }, 'database.engineVersion'],
  [{ healthCheck: { intervalSeconds: 20 } }, 'healthCheck.intervalSeconds'],
  [{ failover: { mode: 'manual' } }, 'failover.mode'],
  [{ failover: { ticksToAct: 1 } }, 'failover.ticksToAct'],
  [{ logs: { retentionDays: 10 } }, 'logs.retentionDays'],
  [{ notify: { emails: ['nobody'] } }, 'notify.emails[0]'],
  [{ notify: { phones: ['555 0100'] } }, 'notify.phones[0]'],
  [{ alarms: { cpuPercent: '85' } }, 'alarms.cpuPercent'],
  [{ tasks: { maximun: 4 } }, 'tasks.maximun'],
] as const) {
  test(`refused with its path: ${path} in ${JSON.stringify(wrong)}`, () => {
    assert.match(refusal(wrong), new RegExp(`^${path.replace(/[[\].]/g, '\\$&')}: `, 'm'));
  });
}

test('what was found is said', () => {
  assert.match(refusal({ healthCheck: { intervalSeconds: 20 } }), /must be 10 or 30 \(found 20\)/);
});

test('a budget that the health checks alone use up is refused with the sum', () => {
  const problem = refusal({ budget: { rtoSeconds: 200 } });
  assert.match(problem, /^budget\.rtoSeconds: cannot be kept: detecting 90 .* = 240 s/);
  resolveConfig({ budget: { rtoSeconds: 200 }, healthCheck: { intervalSeconds: 10 } });
});

test('the app prints the refusal and exits with 1, without a stack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-config-'));
  try {
    const file = join(folder, 'mine.config.ts');
    writeFileSync(file, 'export default { tasks: { minimum: 0 } };\n');
    const run = spawnSync(process.execPath, [join(import.meta.dirname, 'bin/app.ts')], {
      env: {
        ...process.env,
        CDK_OUTDIR: join(folder, 'out'),
        CDK_CONTEXT_JSON: JSON.stringify({ config: file }),
      },
      encoding: 'utf8',
    });
    assert.equal(run.status, 1);
    assert.match(run.stderr, /tasks\.minimum: .*found 0/);
    assert.doesNotMatch(run.stderr, /\n\s+at /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function regions(firstName: string, firstCidr: string, secondName: string, secondCidr: string) {
  return {
    regions: [
      { name: firstName, cidr: firstCidr },
      { name: secondName, cidr: secondCidr },
    ],
  };
}
