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

type Said = Pick<Reply, 'result' | 'because' | 'memory'> & Partial<Pick<Reply, 'preconditions'>>;

/** The part of a reply that says how things stand. */
function standing(body: Body, memory: Memory | null, observation: Observation) {
  const { config } = body;
  const missing = memory === null ? ['memory'] : unready(config.policy, memory, observation);
  const side = writerOf(observation.global);
  const writer = side === 'self' ? config.region : side === 'peer' ? config.peerRegion : side;
  return { writer, ready: missing.length === 0, missing, memory, facts: describeFacts(observation) };
}

function replyTo(body: Body, command: Command, observation: Observation, said: Said): Reply {
  const { result, because, memory, preconditions = [] } = said;
  const { region } = body.config;
  const head = { command: command.command, region, result, because, preconditions };
  return { ...head, ...standing(body, memory, observation) };
}

/** null: somebody else wrote the memory meanwhile; look again. */
async function attempt(body: Body, command: Command): Promise<Reply | null> {
  const { config, aws } = body;
  const [loaded, observation] = await Promise.all([
    loadMemory(aws, config.stateBucket, body.now()),
    observe(aws, config, body.eyes, body.now()),
  ]);
  const reply = (said: Said): Reply => replyTo(body, command, observation, said);
  if (!loaded.kept)
    return reply({ result: 'refused', because: `the memory cannot be read: ${loaded.why}`, memory: null });
  const answer = obey(config.policy, command, loaded.memory, observation, body.now());
  if (!answer.accepted) return reply({ ...answer, result: 'refused' });
  if (answer.memory === loaded.memory)
    return reply({ ...answer, result: command.command === 'failback' ? 'running' : 'done' });
  const saved = await saveMemory(aws, config.stateBucket, answer.memory, loaded.etag);
  if (saved.saved) {
    body.log({ level: 'warn', message: 'command', ...command, because: answer.because });
    return reply({ ...answer, result: 'running' });
  }
  if (saved.conflict) return null;
  const because = `the memory cannot be written: ${saved.why}`;
  return reply({ result: 'refused', because, memory: loaded.memory });
}

export async function runCommand(body: Body, pace: Pace, command: Command): Promise<Reply> {
  for (let count = 0; count < attempts; count += 1) {
    const reply = await attempt(body, command);
    if (reply !== null) return reply.result === 'running' ? finish(body, pace, reply) : reply;
  }
  throw new Error(`${command.command}: the memory changed ${attempts} times while it was written; ask again`);
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
