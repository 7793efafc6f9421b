// The controllers, by their own procedures: the very generators that Lambda runs, answered here in virtual time. A
// crash is a procedure that is not asked to go on; a freeze is one that is asked later.

import type { Action } from '@understudy/controller/actions';
import type { Command } from '@understudy/controller/commands';
import { freshMemory } from '@understudy/controller/memory';
import type { Observation } from '@understudy/controller/observation';
import type { Answer, Done, Loaded, Mind, Procedure, Saved, Step } from '@understudy/controller/procedure';
import { obeyCommand, watch } from '@understudy/controller/procedure';
import { peerOf, REGIONS } from '../faults.ts';
import { availableInstances } from './cluster.ts';
import { failOver, switchOver } from './global-database.ts';
import { isSlow, lookAround } from './look.ts';
import { hearMessage } from './operator.ts';
import { setBounds, setDesired } from './service.ts';
import {
  canAsk,
  clockOf,
  later,
  note,
  type RegionState,
  type Running,
  type Seen,
  type World,
} from './state.ts';

const SCHEDULE_MS = 60_000;
const TIMEOUT_MS = 70_000;
const CALL_MS = 120;
const LOOK_MS = 250;
const SLOW_LOOK_MS = 3_000;
/** Points of the latch metric that a health check may still read. */
const POINTS_KEPT = 6;

/** EventBridge's schedule: a minute's invocation, unless the one before is still there. */
export function wakeController(world: World, region: RegionState): void {
  later(world, region, SCHEDULE_MS, () => wakeController(world, region));
  const { controller } = region;
  const before = controller.running;
  // Lambda ends what has run for its timeout; a frozen process may wake all the same, with what it had seen.
  if (before && !before.dead && world.agenda.nowMs - before.startedAtMs < TIMEOUT_MS) return;
  const running = invocation(world);
  controller.running = running;
  const mind = mindOf(world, region, controller.blind);
  const startedAt = mind.now();
  const pace = { startedAt, remainingMs: () => TIMEOUT_MS - (mind.now() - startedAt) };
  drive(world, region, running, watch(mind, pace), undefined);
}

/** An operator invokes the function with a command; it runs beside the schedule's own. */
export function command(world: World, region: RegionState, event: Command): void {
  if (!region.up || region.frozen > 0) {
    note(world, region.name, 'operator.unanswered', event.command, `${region.name} does not answer`);
    return;
  }
  const mind = mindOf(world, region, freshBlind());
  const startedAt = mind.now();
  const pace = { startedAt, remainingMs: () => TIMEOUT_MS - (mind.now() - startedAt) };
  if (event.command === 'approve') world.approvals.set(region.index, world.agenda.nowMs);
  note(world, region.name, 'operator.command', event.command, 'an operator invokes the function');
  drive(world, region, invocation(world), obeyCommand(mind, pace, event), event);
}

function invocation(world: World): Running {
  return {
    startedAtMs: world.agenda.nowMs,
    seen: null,
    askedToActMs: 0,
    dead: false,
    frozen: false,
    parked: [],
  };
}

/** What a process knows of itself: gone with it. */
export function freshBlind(): Mind['blind'] {
  return { ticks: 0, pagedAt: null, remembered: null };
}

function mindOf(world: World, region: RegionState, blind: Mind['blind']): Mind {
  return {
    region: region.name,
    peerRegion: REGIONS[peerOf(region.index)],
    policy: world.options.policy,
    now: () => clockOf(world, region),
    log: world.trace === null ? null : (line) => logged(world, region, line),
    blind,
    decide: world.laws.decide,
  };
}

function logged(world: World, region: RegionState, line: Readonly<Record<string, unknown>>): void {
  if (line['message'] !== 'transition') return;
  note(
    world,
    region.name,
    'controller.transition',
    `${line['from']} → ${line['to']}`,
    String(line['because']),
  );
}

/** Asks the procedure to go on until it asks for something that takes time. */
function drive<T>(
  world: World,
  region: RegionState,
  running: Running,
  procedure: Procedure<T>,
  event: Command | undefined,
): void {
  const goOn = (answer: Answer): void => {
    if (running.frozen) {
      running.parked.push(() => goOn(answer));
      return;
    }
    if (running.dead || crashes(world, region, running)) return;
    let next: IteratorResult<Step, T>;
    try {
      next = procedure.next(answer);
    } catch (error) {
      // A function that throws has ended, and its caller is told so; the next invocation begins anew.
      running.dead = true;
      note(world, region.name, 'controller.failed', event?.command ?? 'watch', (error as Error).message);
      return;
    }
    if (next.done) {
      running.dead = true;
      if (event) finished(world, region, event, next.value);
      return;
    }
    takeStep(world, region, running, next.value, goOn);
  };
  goOn(undefined);
}

function crashes(world: World, region: RegionState, running: Running): boolean {
  const { controller } = region;
  if (controller.crashIn < 0) return false;
  if (controller.crashIn-- > 0) return false;
  running.dead = true;
  controller.blind = freshBlind();
  note(world, region.name, 'controller.crashed', 'controller', 'its process ended between two steps');
  return true;
}

function finished(world: World, region: RegionState, event: Command, reply: unknown): void {
  const { result, because } = reply as { readonly result: string; readonly because: string };
  note(world, region.name, 'operator.answered', event.command, `${result}: ${because}`);
}

function takeStep(
  world: World,
  region: RegionState,
  running: Running,
  step: Step,
  goOn: (answer: Answer) => void,
): void {
  switch (step.step) {
    case 'look':
      look(world, region, running, goOn);
      return;
    case 'recall':
      later(world, region, CALL_MS, () => goOn(load(world, region)));
      return;
    case 'save':
      // A process may die before its call, which is dying after the step before, or after it: never in between.
      later(world, region, CALL_MS, () => goOn(save(world, region, step)));
      return;
    case 'act':
      running.askedToActMs = world.agenda.nowMs;
      later(world, region, CALL_MS, () => goOn(act(world, region, running, step.action)));
      return;
    case 'pause':
      later(world, region, Math.max(1, step.seconds * 1000), () => goOn(undefined));
  }
}

function load(world: World, region: RegionState): Loaded {
  const { controller } = region;
  if (controller.memoryAway > 0) return { kept: false, why: 'timeout after 3000 ms' };
  if (controller.memory === null)
    return { kept: true, memory: freshMemory(clockOf(world, region)), etag: null };
  return { kept: true, memory: controller.memory, etag: String(controller.etag) };
}

function look(world: World, region: RegionState, running: Running, goOn: (answer: Answer) => void): void {
  const observation = lookAround(world, region);
  const loaded = load(world, region);
  running.seen = witness(world, region, observation);
  later(world, region, isSlow(world, region) ? SLOW_LOOK_MS : LOOK_MS, () => goOn({ loaded, observation }));
}

/** What the witnesses said, counted beside the controller's own counting. */
function witness(world: World, region: RegionState, observation: Observation): Seen {
  const { controller } = region;
  const { nowMs } = world.agenda;
  // A minute without looks ends a run; a look may be counted up to 15 s after it was made.
  const fresh = nowMs - controller.lastRanAtMs <= 75_000;
  const probe = observation.peerProbe.known ? observation.peerProbe.value.ok : null;
  const self = observation.dns.known && observation.dns.value === 'self';
  const run = (before: number, goesOn: boolean): number => (goesOn ? (fresh ? before : 0) + 1 : 0);
  controller.lastRanAtMs = nowMs;
  controller.probeFailRun = run(controller.probeFailRun, probe === false);
  controller.probeOkRun = run(controller.probeOkRun, probe === true);
  controller.worldRun = run(controller.worldRun, self);
  // Without its memory it cannot keep what it sees.
  if (observation.peerDesired.known && controller.memoryAway === 0)
    region.peerDesiredSeen = observation.peerDesired.value;
  const { probeFailRun, probeOkRun, worldRun } = controller;
  return { atMs: nowMs, observation, able: isAble(region), probeFailRun, probeOkRun, worldRun };
}

/** Could this region serve as the writer's? Asked of the world, not of what was observed. */
export function isAble(region: RegionState): boolean {
  const member = region.cluster.membership.members.find((known) => known.region === region.name);
  return (
    region.healthyTargets > 0 && availableInstances(region) > 0 && member?.synchronization === 'connected'
  );
}

function save(world: World, region: RegionState, step: Extract<Step, { step: 'save' }>): Saved {
  const { controller } = region;
  if (controller.memoryAway > 0) return { saved: false, conflict: false, why: 'timeout after 3000 ms' };
  const current = controller.memory === null ? null : String(controller.etag);
  if (step.etag !== current) return { saved: false, conflict: true, why: 'PreconditionFailed' };
  const { phase, epoch } = step.memory;
  const takesOver = phase === 'failing-over' || phase === 'switching-over';
  const anew = epoch > (controller.memory?.epoch ?? 0);
  controller.memory = step.memory;
  controller.etag += 1;
  if (takesOver && anew) decided(world, region);
  return { saved: true, etag: String(controller.etag) };
}

/** The moment of a decision, and whether the region that is given up would have served its viewers. */
function decided(world: World, region: RegionState): void {
  const from = world.regions[peerOf(region.index)];
  const well = from.opinion.ok && from.worldCut === 0 && from.isolated === 0 && from.writable;
  world.decided = { atMs: world.agenda.nowMs, fromWell: well };
  if (world.marks.lossMs !== null) world.marks.decidedMs ??= world.agenda.nowMs;
}

const OK: Done = { ok: true, why: null };
const refused = (why: string): Done => ({ ok: false, why });

function act(world: World, region: RegionState, running: Running, action: Action): Done {
  world.onAct?.(region, action, running);
  switch (action.do) {
    case 'raise-capacity':
      setBounds(world, region, action.min, action.max);
      if (action.desired !== null)
        setDesired(world, region, Math.max(region.service.desired, action.desired));
      return OK;
    case 'restore-capacity':
      setBounds(world, region, action.min, action.max);
      return OK;
    case 'promote': {
      if (region.rdsApiAway > 0) return refused('timeout after 3000 ms');
      const why = failOver(world, region);
      return why === null ? OK : refused(why);
    }
    case 'switch-over': {
      const conductor = action.to === 'peer' ? region : world.regions[peerOf(region.index)];
      const target = action.to === 'peer' ? peerOf(region.index) : region.index;
      if (conductor !== region && !canAsk(world, region.index, conductor.index))
        return refused('timeout after 3000 ms');
      if (conductor.rdsApiAway > 0) return refused('timeout after 3000 ms');
      const why = switchOver(world, conductor, target);
      return why === null ? OK : refused(why);
    }
    case 'publish':
      publish(world, region, action.latch);
      return OK;
    case 'tell':
      note(
        world,
        region.name,
        'sns.published',
        action.message.subject,
        action.message.text.split('\n')[0] ?? '',
      );
      hearMessage(world, action.message, (answer) => command(world, region, answer));
      return OK;
  }
}

function publish(world: World, region: RegionState, latch: 0 | 1 | null): void {
  if (latch === null) return;
  const atMs = Math.floor(clockOf(world, region) / 60_000) * 60_000;
  const last = region.latchPoints.at(-1);
  if (last?.atMs === atMs) {
    if (last.value < latch) region.latchPoints = [...region.latchPoints.slice(0, -1), { atMs, value: latch }];
    return;
  }
  region.latchPoints = [...region.latchPoints.slice(1 - POINTS_KEPT), { atMs, value: latch }];
}
