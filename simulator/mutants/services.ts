// DNS, the application and the service scheduler with one rule broken each.

import type { Fault } from '../faults.ts';
import { realLaws } from '../laws.ts';
import { broken, type Mutant, storms } from './mutant.ts';

const losses = storms(['region-loss', 'region-isolation', 'region-freeze', 'world-cut', 'link-cut']);

/** It has moved the writer; then its process dies and its memory is away, so that it says nothing about the latch. */
const silentController: readonly Fault[] = [
  { kind: 'region-loss', region: 0, atMs: 300_000, forMs: 600_000 },
  { kind: 'memory-away', region: 1, atMs: 900_000, forMs: 800_000 },
  { kind: 'controller-crash', region: 1, atMs: 901_000, afterSteps: 0 },
];

export const services: readonly Mutant[] = [
  {
    name: 'both unhealthy is answered with SECONDARY',
    breaks: 'when the second region is lost while it is active, DNS never names the first one',
    expects: ['convergence'],
    laws: broken({
      chooseRecords: (group, healthOf, random) => {
        const choice = realLaws.chooseRecords(group, healthOf, random);
        const secondary = group.members.find(({ failover }) => failover === 'SECONDARY');
        const none = group.routing === 'failover' && group.members.every((one) => !healthOf(one).healthy);
        return none && secondary ? { ...choice, members: [secondary] } : choice;
      },
    }),
    setting: storms(['region-loss', 'world-cut', 'operator']),
  },
  {
    name: 'the latch falls when nothing is known',
    breaks: 'insufficient data counts as healthy, so a silent controller gives DNS back',
    expects: ['no-flapping'],
    laws: broken({
      metricVerdict: (config, found, outcome, lastKnown) =>
        realLaws.metricVerdict(
          { ...config, InsufficientDataHealthStatus: 'Healthy' },
          found,
          outcome,
          lastKnown,
        ),
    }),
    setting: storms(['region-loss']),
    schedule: silentController,
  },
  {
    name: 'the latch is held when nothing is known',
    breaks:
      'insufficient data counts as unhealthy, so a silent controller takes DNS away from a region that is well',
    expects: ['no-flapping'],
    laws: broken({
      metricVerdict: (config, found, outcome, lastKnown) =>
        realLaws.metricVerdict(
          { ...config, InsufficientDataHealthStatus: 'Unhealthy' },
          found,
          outcome,
          lastKnown,
        ),
    }),
    setting: storms(['region-loss', 'rds-api-away', 'link-cut']),
  },
  {
    name: 'one of two checks is enough',
    breaks: 'the calculated check has threshold 1: neither the region nor the latch has a say alone',
    expects: ['no-flapping', 'convergence'],
    laws: broken({ calculatedVerdict: (children) => realLaws.calculatedVerdict(children, 1) }),
    setting: losses,
  },
  {
    name: 'every region says it is the writer’s',
    breaks: 'a standby judges itself by a writer that it does not have, and is never healthy',
    expects: ['convergence', 'controller-independence'],
    laws: broken({ regionRole: () => 'writer' }),
    setting: losses,
  },
  {
    name: 'lost tasks are not replaced',
    breaks: 'the service scheduler does nothing',
    expects: ['convergence'],
    laws: broken({ reconcileService: () => [] }),
    setting: storms(['task-loss', 'zone-loss', 'region-loss']),
  },
  {
    name: 'half of the checkers must agree',
    breaks: 'a region that a third of the world reaches is given up',
    expects: ['reachable-region'],
    laws: broken({ endpointVerdict: (healthy, all) => ({ healthy: healthy > all / 2, because: 'half' }) }),
    setting: storms(['checkers-cut']),
  },
];
