// What the simulator has found, newest last. A new entry: shrink the seed's schedule (`understudy simulate` prints it),
// see it fail in the plain system, write down what was wrong, and see it pass once that is mended.

import type { Timings } from '../options.ts';
import type { Regression } from './regression.ts';

/** Every duration scattered as AWS’s are. */
const scattered: Timings = {
  globalFailover: { medianMs: 60_000, sigma: 0.85 },
  globalSwitchover: { medianMs: 40_000, sigma: 0.3 },
  inRegionFailover: { medianMs: 30_000, sigma: 0.3 },
  instanceStart: { medianMs: 60_000, sigma: 0.3 },
  taskStart: { medianMs: 40_000, sigma: 0.3 },
  resync: { medianMs: 240_000, sigma: 0.6 },
  operator: { medianMs: 300_000, sigma: 0.7 },
};

/** Little room, and clients that do not give up: what overload feeds on. */
const crowded = {
  topology: { activeTasks: 6, taskCapacity: 19.05 },
  traffic: { retries: 3 },
} as const;

export const regressions: readonly Regression[] = [
  {
    name: 'a reader promoted after another region took over',
    found:
      'The model, not the system: a promotion inside us-east-1 that ended after us-west-2 had taken over put the cluster back to what its reader had, as if it still wrote. Now it follows, and only changes which instance is fed.',
    storm: 5610,
    seed: 3,
    broke: 'acknowledged-writes',
    ...crowded,
    faults: [
      { kind: 'region-isolation', atMs: 300_000, forMs: 60_000, region: 0 },
      { kind: 'world-cut', atMs: 360_000, forMs: 120_000, region: 0 },
      { kind: 'writer-loss', atMs: 540_000, region: 0 },
      { kind: 'link-flap', atMs: 570_000, forMs: 1_000, periodMs: 1_000 },
    ],
  },
  {
    name: 'a stale look counted as evidence',
    found:
      'A controller frozen between looking and deciding counted its old look as one of now, so that a single fresh one completed the two that a promotion needs. What is stale is looked at again.',
    storm: 3297,
    seed: 3297,
    broke: 'two-witnesses',
    faults: [
      { kind: 'promotion-fails', atMs: 780_000, forMs: 300_000 },
      { kind: 'region-freeze', atMs: 780_000, forMs: 300_000, region: 0 },
      { kind: 'controller-freeze', atMs: 960_000, forMs: 60_000, region: 1 },
    ],
  },
  {
    name: 'the size of a region whose zone went',
    found:
      'While us-east-1 lost its writer and a zone, the standby took over the smaller size that it saw there last, and was too small for the whole load. While the peer does not answer well, only larger sizes of it are remembered.',
    storm: 750,
    seed: 750,
    broke: 'capacity',
    faults: [
      { kind: 'writer-loss', atMs: 540_000, region: 0 },
      { kind: 'zone-loss', atMs: 600_000, forMs: 120_000, region: 0, zone: 1 },
    ],
  },
  {
    name: 'the size of a region that was away for half a minute',
    found:
      'us-east-1 came back with its tasks still starting and scaled in, as nobody reached it; the standby took that for its size. As above.',
    storm: 1478,
    seed: 1478,
    broke: 'capacity',
    topology: { activeTasks: 5, taskCapacity: 22 },
    traffic: { edges: [0.297, 0.08, 0.183, 0.151, 0.186, 0.103], retries: 2.78 },
    timings: scattered,
    faults: [{ kind: 'region-loss', atMs: 240_000, forMs: 37_000, region: 0 }],
  },
  {
    name: 'an approval that lost every race',
    found:
      'While a region is lost each look takes 3 s and the ticks write the memory as often: an operator’s command looked anew for each attempt, lost five races and threw. Now it looks once, and reads the memory right before each attempt.',
    storm: 4338,
    seed: 4338,
    broke: 'controller.failed',
    faults: [
      { kind: 'region-loss', atMs: 360_000, forMs: 300_000, region: 0 },
      { kind: 'operator', atMs: 480_000, region: 1, command: 'approve' },
    ],
  },
  {
    name: 'a resumption that lost every race',
    found: 'As above, while promotions failed.',
    storm: 4496,
    seed: 14,
    broke: 'controller.failed',
    faults: [
      { kind: 'region-loss', atMs: 270_000, forMs: 300_000, region: 0 },
      { kind: 'promotion-fails', atMs: 360_000, forMs: 20_000 },
      { kind: 'operator', atMs: 480_000, region: 1, command: 'resume' },
    ],
  },
  {
    name: 'the control plane goes right after the promotion, the old region freezes',
    found:
      'us-west-2 had taken over, its control plane stopped answering before it had held the latch for long enough, and the latch was let go for want of knowing who writes: DNS went back to us-east-1. Now the latch is held on what the region sees itself.',
    storm: 1174,
    seed: 1174,
    broke: 'no-flapping',
    faults: [
      { kind: 'region-loss', atMs: 860_000, forMs: 40_000, region: 0 },
      { kind: 'rds-api-away', atMs: 1_000_000, forMs: 300_000, region: 1 },
      { kind: 'region-freeze', atMs: 1_020_000, forMs: 120_000, region: 0 },
    ],
  },
  {
    name: 'the control plane goes after a slow promotion',
    found: 'As above, with a region that froze and came back while the promotion was still under way.',
    storm: 4837,
    seed: 4837,
    broke: 'no-flapping',
    faults: [
      { kind: 'region-freeze', atMs: 660_000, forMs: 120_000, region: 0 },
      { kind: 'promotion-slow', atMs: 660_000, forMs: 120_000, factor: 2 },
      { kind: 'rds-api-away', atMs: 840_000, forMs: 600_000, region: 1 },
    ],
  },
  {
    name: 'the control plane goes while only viewers are cut off',
    found: 'As above, with a region that lived all the while: its viewers and the link were cut.',
    storm: 4939,
    seed: 1,
    broke: 'no-flapping',
    faults: [
      { kind: 'world-cut', atMs: 240_000, forMs: 300_000, region: 0 },
      { kind: 'link-flap', atMs: 300_000, forMs: 30_000, periodMs: 2_000 },
      { kind: 'rds-api-away', atMs: 390_000, forMs: 300_000, region: 1 },
    ],
  },
  {
    name: 'a healing that took effect one step late',
    found:
      'The model, not the system: between a healing and the next step traffic went on as before, so that an old primary that had just learned of its successor acknowledged writes that then were nowhere. What heals is derived at once.',
    storm: 53,
    seed: 53,
    broke: 'acknowledged-writes',
    faults: [
      { kind: 'world-cut', atMs: 660_000, forMs: 60_000, region: 0 },
      { kind: 'region-isolation', atMs: 720_000, forMs: 120_000, region: 0 },
      { kind: 'region-loss', atMs: 840_000, forMs: 1_000, region: 1 },
      { kind: 'region-freeze', atMs: 840_000, forMs: 1_200_000, region: 1 },
    ],
  },
  {
    name: 'a latch that nobody remembered to release',
    found:
      'us-west-2 held the latch and lost its memory; the writer was moved back, and DNS went on naming a standby that refuses writes until the memory came back. Where the writer is needs no memory: the latch is released on that.',
    storm: 2069,
    seed: 2069,
    broke: 'no-flapping',
    topology: { minimumTasks: 4 },
    healthCheck: { intervalSeconds: 10, failureThreshold: 3 },
    faults: [
      { kind: 'region-isolation', atMs: 600_000, forMs: 50_000, region: 0 },
      { kind: 'memory-away', atMs: 840_000, forMs: 600_000, region: 1 },
      { kind: 'region-loss', atMs: 1_020_000, forMs: 60_000, region: 1 },
    ],
  },
  {
    name: 'the memory goes between a decision and its end',
    found:
      'us-west-2 had decided to take over when its memory’s bucket stopped answering, and never held the latch: DNS went back to us-east-1, and the writer was moved after it for nothing. The process that decided it keeps the latch of its move.',
    storm: 2513,
    seed: 1,
    broke: 'no-flapping',
    faults: [
      { kind: 'region-loss', atMs: 600_000, forMs: 120_000, region: 0 },
      { kind: 'memory-away', atMs: 700_000, forMs: 600_000, region: 1 },
    ],
  },
  {
    name: 'RDS shows a promotion as running when it is over',
    found:
      'The latch waited for the operation that RDS still showed, for up to four minutes, and DNS went back to the old region, which had woken. A write that works in the region holds the latch.',
    storm: 33_008,
    seed: 36,
    broke: 'no-flapping',
    timings: scattered,
    faults: [
      { kind: 'region-freeze', atMs: 900_000, forMs: 240_000, region: 0 },
      { kind: 'promotion-reports-late', atMs: 960_000, forMs: 120_000, byMs: 240_000 },
    ],
  },
  {
    name: 'a region lost while it conducted a planned move',
    found:
      'The model, not the system: what the lost region had last said it was doing counted for ever, and its peer held back from an operation that nobody conducted any more. The rule that the engine had for this is one pure function now, and both use it.',
    storm: 131738,
    seed: 131738,
    broke: 'convergence',
    core: 0,
    faults: [
      { kind: 'world-cut', atMs: 360_000, forMs: 120_000, region: 0 },
      { kind: 'region-loss', atMs: 540_000, forMs: null, region: 0 },
    ],
  },
  {
    name: 'a look counted half a minute after it was made',
    found:
      'A process frozen for half a minute counted its look when it woke, a minute after the one before: one fresh look completed the two that a promotion needs. A look counts within 15 s or not at all.',
    storm: 500165,
    seed: 7,
    broke: 'two-witnesses',
    timings: scattered,
    faults: [
      { kind: 'rds-api-away', atMs: 900_000, forMs: 300_000, region: 1 },
      { kind: 'region-loss', atMs: 960_000, forMs: 1_200_000, region: 0 },
      { kind: 'promotion-fails', atMs: 1_020_000, forMs: 600_000 },
      { kind: 'controller-freeze', atMs: 1_680_000, forMs: 30_000, region: 1 },
    ],
  },
];

/** Each collapses for good where an application answers late instead of shedding load, and is safe where it sheds. */
export const collapses: readonly Regression[] = [
  {
    name: 'viewers come back all at once',
    found:
      'The standby, too small for the load at first, drowned: its tasks missed their health checks, were replaced, and the next ones drowned too.',
    storm: 11,
    seed: 1,
    broke: 'convergence',
    ...crowded,
    faults: [{ kind: 'world-cut', atMs: 420_000, forMs: 120_000, region: 0 }],
  },
  {
    name: 'demand doubles for half a minute',
    found: 'No region was lost at all: retries kept the load above what fewer and fewer tasks could answer.',
    storm: 22,
    seed: 22,
    broke: 'convergence',
    ...crowded,
    faults: [{ kind: 'demand-spike', atMs: 600_000, forMs: 30_000, factor: 2 }],
  },
  {
    name: 'a region is away for a second',
    found: 'Its tasks were gone with it; whichever started first had the whole load to itself.',
    storm: 87,
    seed: 87,
    broke: 'convergence',
    ...crowded,
    faults: [{ kind: 'region-loss', atMs: 600_000, forMs: 1_000, region: 0 }],
  },
];
