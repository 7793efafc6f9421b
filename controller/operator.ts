// Runs one operator's command: look, change memory by compare-and-set, then tick until the work is done or the time is
// up. The answer always says how far it came; what is unfinished the scheduled ticks go on with.

import type { Command } from './commands.ts';
import { obey, unready } from './commands.ts';
import type { Decision } from './decide.ts';
import type { Precondition } from './failback.ts';
import { describeFacts } from './log.ts';
import type { Memory } from './memory.ts';
import { loadMemory, saveMemory } from './memory-store.ts';
import type { Observation } from './observation.ts';
import { writerOf } from './observation.ts';
import { observe } from './observe.ts';
import type { Body } from './tick.ts';
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

export interface Pace {
  readonly pause: (seconds: number) => Promise<void>;
  /** True when another tick no longer fits into this invocation. */
  readonly over: () => boolean;
}

const attempts = 5;

/** The part of a reply that says how things stand. */
function standing(body: Body, memory: Memory | null, observation: Observation) {
  const { config } = body;
  const missing = memory === null ? ['memory'] : unready(config.policy, memory, observation);
  const side = writerOf(observation.global);
  const writer = side === 'self' ? config.region : side === 'peer' ? config.peerRegion : side;
  return { writer, ready: missing.length === 0, missing, memory, facts: describeFacts(observation) };
}

export async function runCommand(body: Body, pace: Pace, command: Command): Promise<Reply> {
  const { config, aws } = body;
  let because = '';
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const [loaded, observation] = await Promise.all([
      loadMemory(aws, config.stateBucket, body.now()),
      observe(aws, config, body.eyes, body.now()),
    ]);
    const reply = (
      result: Reply['result'],
      why: string,
      memory: Memory | null,
      preconditions: readonly Precondition[] = [],
    ): Reply => {
      return {
        command: command.command,
        region: config.region,
        result,
        because: why,
        preconditions,
        ...standing(body, memory, observation),
      };
    };
    if (!loaded.kept) return reply('refused', `the memory cannot be read: ${loaded.why}`, null);
    const answer = obey(config.policy, command, loaded.memory, observation, body.now());
    if (!answer.accepted) return reply('refused', answer.because, answer.memory, answer.preconditions);
    if (answer.memory === loaded.memory && command.command !== 'failback')
      return reply('done', answer.because, answer.memory);
    const saved = await saveMemory(aws, config.stateBucket, answer.memory, loaded.etag);
    if (saved.saved) {
      body.log({ level: 'warn', message: 'command', ...command, because: answer.because });
      const first = reply('running', answer.because, answer.memory, answer.preconditions);
      return finish(body, pace, first);
    }
    because = saved.why;
    if (!saved.conflict) return reply('refused', `the memory cannot be written: ${because}`, answer.memory);
  }
  throw new Error(
    `${command.command}: the memory changed ${attempts} times while it was written: ${because}`,
  );
}

/** The phases in which something is still to be done; the others are places to rest. */
const busy: ReadonlySet<string> = new Set(['failing-over', 'switching-over', 'failing-back']);

/** How far the command has come by this tick. */
function progress(command: Command['command'], decision: Decision, memory: Memory): Reply['result'] {
  if (busy.has(memory.phase) || decision.problem.startsWith('counting')) return 'running';
  return command === 'failback' && memory.phase !== 'watch' ? 'failed' : 'done';
}

async function finish(body: Body, pace: Pace, begun: Reply): Promise<Reply> {
  let last = begun;
  while (!pace.over()) {
    const { decision, observation, conflict } = await tick(body);
    if (decision.memory !== null && !conflict) {
      const result = progress(begun.command, decision, decision.memory);
      last = { ...last, ...standing(body, decision.memory, observation), result, because: decision.because };
      if (result !== 'running') return last;
    }
    await pace.pause(decision.nextLookSeconds);
  }
  return last;
}
