// One run, whole: the world of its options, the faults at their moments, every invariant after every step, then the
// second phase, in which a core heals and has to serve. Nothing from outside has a say: the same options give the
// same run, to the last byte of its trace.

import type { Checker, CheckerMaker } from './checkers/checker.ts';
import { checkers as allCheckers } from './checkers/index.ts';
import type { Fault } from './faults.ts';
import { peerOf, REGIONS } from './faults.ts';
import { type Laws, realLaws } from './laws.ts';
import { missingIn } from './liveness.ts';
import { judgementOf, lossesOf, phasesOf, recoverySeconds } from './measure.ts';
import { count } from './model/clients.ts';
import { command, isAble } from './model/controllers.ts';
import { derive } from './model/derive.ts';
import { overrule } from './model/global-database.ts';
import { type Healing, inject } from './model/injection.ts';
import { startWorld } from './model/loops.ts';
import { overruleWhereGone } from './model/operator.ts';
import { note, type World } from './model/state.ts';
import { createWorld } from './model/world.ts';
import type { RunOptions } from './options.ts';
import type { RunResult, Violation } from './result.ts';

export interface RunExtra {
  /** Other decisions than the real ones: what tests do to see them caught. */
  readonly laws?: Laws;
  /** Keeps the timeline; slower. */
  readonly trace?: boolean;
  readonly checkers?: readonly CheckerMaker[];
}

/** The second phase asks so often whether all is well. */
const ASK_MS = 5_000;
const STEADY_MS = 60_000;
/** A violation repeats at every step that follows: the first of each invariant says it. */
const VIOLATIONS_KEPT = 8;

export function run(options: RunOptions, extra: RunExtra = {}): RunResult {
  const world = createWorld(options, extra.laws ?? realLaws, extra.trace ?? false);
  const watching = (extra.checkers ?? allCheckers).map((make) => make(world));
  const violations: Violation[] = [];
  const complain = (invariant: string, because: string | undefined): void => {
    if (because === undefined || violations.some((known) => known.invariant === invariant)) return;
    if (violations.length >= VIOLATIONS_KEPT) return;
    violations.push({ invariant, atSeconds: world.agenda.nowMs / 1000, because });
    note(world, 'run', 'violation', invariant, because);
  };
  world.onAct = (region, action, running) => {
    for (const checker of watching)
      if (checker.act) complain(checker.invariant, checker.act(region, action, running));
  };
  startWorld(world);
  const open = schedule(world, options.faults);
  derive(world);
  let steps = advance(world, watching, complain, options.safetyMs);
  const lost = lossesOf(world);
  let convergedSeconds: number | null = null;
  let missing: readonly string[] = [];
  if (options.livenessMs > 0) {
    heal(world, open);
    // At once: what heals between two steps must not go on as before until the next one.
    derive(world);
    const until = options.safetyMs + options.livenessMs;
    do {
      steps += advance(world, watching, complain, Math.min(until, world.agenda.nowMs + ASK_MS));
      missing = missingIn(world);
    } while (missing.length > 0 && world.agenda.nowMs < until);
    if (missing.length === 0) convergedSeconds = (world.agenda.nowMs - options.safetyMs) / 1000;
    else
      complain(
        'convergence',
        `after ${options.livenessMs / 60_000} minutes without faults: ${missing.join('; ')}`,
      );
  }
  // Recovery is uninterrupted success: what has just come back must last before it counts.
  if (options.livenessMs > 0) steps += advance(world, watching, complain, world.agenda.nowMs + STEADY_MS);
  for (const checker of watching) if (checker.end) complain(checker.invariant, checker.end());
  return report(world, { violations, steps, convergedSeconds, missing, lostThen: lost.lost });
}

/** Plans every fault and its end; what is returned is what is not over by itself. */
function schedule(world: World, faults: readonly Fault[]): Map<Healing, Fault> {
  const open = new Map<Healing, Fault>();
  for (const fault of faults)
    world.agenda.at(fault.atMs, () => {
      const healing = inject(world, fault);
      if (!healing) return;
      open.set(healing, fault);
      if (!('forMs' in fault) || fault.forMs === null) return;
      world.agenda.after(fault.forMs, () => {
        if (open.delete(healing)) healing();
      });
    });
  return open;
}

function advance(
  world: World,
  watching: readonly Checker[],
  complain: (invariant: string, because: string | undefined) => void,
  untilMs: number,
): number {
  let steps = 0;
  while (world.agenda.step(untilMs)) {
    steps++;
    if (!world.dirty) continue;
    derive(world);
    for (const checker of watching) if (checker.step) complain(checker.invariant, checker.step());
    for (const { invariant, because } of world.complaints) complain(invariant, because);
    world.complaints.length = 0;
  }
  return steps;
}

/** Everything heals, or everything but the region that stays lost, if the other is able to do without it. */
function heal(world: World, open: Map<Healing, Fault>): void {
  const { core } = world.options;
  const spared = core !== 'all' && isAble(world.regions[peerOf(core)]) ? core : 'all';
  note(
    world,
    'run',
    'healing',
    'everything',
    spared === 'all' ? 'all faults end' : `${REGIONS[spared]} stays lost`,
  );
  for (const [healing, fault] of open) {
    const stays = fault.kind === 'region-loss' && fault.region === spared;
    if (!stays) healing();
  }
  open.clear();
  for (const region of world.regions) {
    region.controller.crashIn = -1;
    if (region.controller.memory?.heldAt != null) command(world, region, { command: 'resume' });
  }
  overruleWhereGone(world, (region) => overrule(world, region));
}

interface Found {
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly convergedSeconds: number | null;
  readonly missing: readonly string[];
  readonly lostThen: number;
}

function report(world: World, found: Found): RunResult {
  count(world);
  const { options, clients, marks, moves, agenda } = world;
  const endedSeconds = agenda.nowMs / 1000;
  const lossSeconds = marks.lossMs === null ? null : marks.lossMs / 1000;
  const rtoWritesSeconds = recoverySeconds(clients.writeOutages, lossSeconds, endedSeconds);
  const rtoReadsSeconds = recoverySeconds(clients.readOutages, lossSeconds, endedSeconds);
  const recoveredMs =
    marks.lossMs === null || rtoWritesSeconds === null ? null : marks.lossMs + rtoWritesSeconds * 1000;
  const { lost, rescued } = lossesOf(world);
  return {
    seed: options.seed,
    verdict: found.violations.length === 0 ? 'safe' : 'violated',
    violations: found.violations,
    lossSeconds,
    rtoWritesSeconds,
    rtoReadsSeconds,
    phases: phasesOf(marks, recoveredMs),
    rpoSeconds: Math.max(0, ...moves.map((move) => move.rpoSeconds)),
    lostWrites: Math.max(lost, found.lostThen),
    rescuedWrites: rescued,
    writes: { ...clients.writes },
    reads: { ...clients.reads },
    assets: { ...clients.assets },
    outages: { writes: clients.writeOutages, reads: clients.readOutages },
    moves,
    judgement: judgementOf(moves, lossSeconds, clients.writeOutages, endedSeconds),
    toldSeconds: world.toldAtMs === null ? null : world.toldAtMs / 1000,
    convergedSeconds: found.convergedSeconds,
    missing: found.missing,
    steps: found.steps,
    endedSeconds,
    trace: world.trace ?? [],
    options,
  };
}
