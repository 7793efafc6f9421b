// One operator's command: look, change memory by compare-and-set, then tick until the work is done or the time is up.
// Others write the memory every few seconds, and a look at a lost region takes as long: so the memory is read anew, by
// itself, right before each attempt. The answer always says how far it came; what is unfinished the scheduled ticks go
// on with. Pure: see step.ts.

import type { Command } from './commands.ts';
import { obey, unready } from './commands.ts';
import type { Decision } from './decide.ts';
import type { Precondition } from './failback.ts';
import type { InvocationPace } from './invocation.ts';
import { isOver } from './invocation.ts';
import { describeFacts } from './log.ts';
import type { Loaded, Memory } from './memory.ts';
import type { Observation } from './observation.ts';
import { writerOf } from './observation.ts';
import type { Sight } from './sight.ts';
import { howOld, isOutdated, sightOf } from './sight.ts';
import type { Mind, Procedure } from './step.ts';
import { pause, recall, save } from './step.ts';
import { tick } from './tick.ts';

export interface Reply {
  readonly command: Command['command'];
  readonly region: string;
  /** `running`: begun, ticks go on with it; `refused`: nothing was changed; `failed`: given up, writer where it was. */
  readonly result: 'done' | 'running' | 'refused' | 'failed';
  readonly because: string;
  readonly preconditions: readonly Precondition[];
  readonly writer: string;
  /** As a standby: able to take over now, else what is missing. */
  readonly ready: boolean;
  readonly missing: readonly string[];
  readonly memory: Memory | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

const attempts = 6;
/** Doubled each time, so that two writers in lock-step part. */
const firstPauseSeconds = 0.2;

type Said = Pick<Reply, 'result' | 'because' | 'memory'> & Partial<Pick<Reply, 'preconditions'>>;

/** The part of a reply that says how things stand. */
function standing(mind: Mind, memory: Memory | null, observation: Observation) {
  const missing = memory === null ? ['memory'] : unready(mind.policy, memory, observation);
  const side = writerOf(observation.global);
  const writer = side === 'self' ? mind.region : side === 'peer' ? mind.peerRegion : side;
  return { writer, ready: missing.length === 0, missing, memory, facts: describeFacts(observation) };
}

function replyTo(mind: Mind, command: Command, observation: Observation, said: Said): Reply {
  const { result, because, memory, preconditions = [] } = said;
  const head = { command: command.command, region: mind.region, result, because, preconditions };
  return { ...head, ...standing(mind, memory, observation) };
}

/** A decision has been written since the look, which may not show what came of it. */
function isOvertaken(sight: Sight, loaded: Loaded): boolean {
  if (!sight.loaded.kept || !loaded.kept) return false;
  const [then, now] = [sight.loaded.memory, loaded.memory];
  return then.phase !== now.phase || then.epoch !== now.epoch || then.requestedAt !== now.requestedAt;
}

/** null: somebody else wrote the memory meanwhile. */
function* attempt(
  mind: Mind,
  command: Command,
  loaded: Loaded,
  observation: Observation,
): Procedure<Reply | null> {
  const reply = (said: Said): Reply => replyTo(mind, command, observation, said);
  if (!loaded.kept)
    return reply({ result: 'refused', because: `the memory cannot be read: ${loaded.why}`, memory: null });
  const answer = obey(mind.policy, command, loaded.memory, observation, mind.now());
  if (!answer.accepted) return reply({ ...answer, result: 'refused' });
  if (answer.memory === loaded.memory)
    return reply({ ...answer, result: command.command === 'failback' ? 'running' : 'done' });
  const saved = yield* save(answer.memory, loaded.etag);
  if (saved.saved) {
    mind.log?.({ level: 'warn', message: 'command', ...command, because: answer.because });
    return reply({ ...answer, result: 'running' });
  }
  if (saved.conflict) return null;
  const because = `the memory cannot be written: ${saved.why}`;
  return reply({ result: 'refused', because, memory: loaded.memory });
}

/** Until one attempt wins its race; nothing has been changed by those that lost theirs. */
function* say(mind: Mind, pace: InvocationPace, command: Command): Procedure<Reply> {
  let sight = yield* sightOf(mind);
  let restSeconds = firstPauseSeconds;
  for (let count = 1; ; count += 1) {
    const loaded = yield* recall();
    const outdated = isOutdated(mind, sight) || isOvertaken(sight, loaded);
    const reply = outdated ? null : yield* attempt(mind, command, loaded, sight.observation);
    if (reply !== null) return reply;
    if (count === attempts || isOver(mind, pace, restSeconds * 1_000)) {
      const why = isOutdated(mind, sight)
        ? howOld(mind, sight)
        : 'the memory was being written all the while';
      const because = `${why} (attempt ${count}); nothing was changed: ask again`;
      const memory = loaded.kept ? loaded.memory : null;
      return replyTo(mind, command, sight.observation, { result: 'refused', because, memory });
    }
    yield* pause(restSeconds);
    restSeconds *= 2;
    if (outdated) sight = yield* sightOf(mind);
  }
}

export function* obeyCommand(mind: Mind, pace: InvocationPace, command: Command): Procedure<Reply> {
  const reply = yield* say(mind, pace, command);
  return reply.result === 'running' ? yield* finish(mind, pace, reply) : reply;
}

/** The phases in which something is still to be done; the others are places to rest. */
const busy: ReadonlySet<string> = new Set(['failing-over', 'switching-over', 'failing-back']);

/** How far the command has come by this tick. */
function progress(command: Command['command'], decision: Decision, memory: Memory): Reply['result'] {
  if (busy.has(memory.phase) || decision.problem.startsWith('counting')) return 'running';
  return command === 'failback' && memory.phase !== 'watch' ? 'failed' : 'done';
}

function* finish(mind: Mind, pace: InvocationPace, begun: Reply): Procedure<Reply> {
  let last = begun;
  while (!isOver(mind, pace, 0)) {
    const { decision, observation, undone } = yield* tick(mind);
    if (decision.memory !== null && undone === null) {
      const result = progress(begun.command, decision, decision.memory);
      last = { ...last, ...standing(mind, decision.memory, observation), result, because: decision.because };
      if (result !== 'running') return last;
    }
    yield* pause(decision.nextLookSeconds);
  }
  return last;
}
