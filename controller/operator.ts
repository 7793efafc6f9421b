// Runs one operator's command: look, change memory by compare-and-set, then tick until the work is done or the time is
// up. The answer always says how far it came; what is unfinished the scheduled ticks go on with.

import type { Command } from './commands.ts';
import { obey, unready } from './commands.ts';
import type { Precondition } from './failback.ts';
import { describeFacts } from './log.ts';
import type { Memory } from './memory.ts';
import { loadMemory, saveMemory } from './memory-store.ts';
import { writerOf } from './observation.ts';
import { observe } from './observe.ts';
import type { Body } from './tick.ts';
import { tick } from './tick.ts';

export interface Reply {
  readonly command: Command['command'];
  readonly region: string;
  /** `done`: finished; `running`: begun, ticks go on with it; `refused`: nothing was changed. */
  readonly result: 'done' | 'running' | 'refused';
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
      const missing = memory === null ? ['memory'] : unready(config.policy, memory, observation);
      const writer = writerOf(observation.global);
      return {
        command: command.command,
        region: config.region,
        result,
        because: why,
        preconditions,
        writer: writer === 'self' ? config.region : writer === 'peer' ? config.peerRegion : writer,
        ready: missing.length === 0,
        missing,
        memory,
        facts: describeFacts(observation),
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

async function finish(body: Body, pace: Pace, begun: Reply): Promise<Reply> {
  let last = begun;
  let first = true;
  while (!pace.over()) {
    const { decision, observation } = await tick(body);
    if (decision.memory !== null) {
      const { memory } = decision;
      const missing = unready(body.config.policy, memory, observation);
      const writer = writerOf(observation.global);
      const resting = !busy.has(memory.phase) && !(first && memory.phase === 'awaiting-approval');
      last = {
        ...last,
        result: resting ? 'done' : 'running',
        because: decision.because,
        writer: writer === 'self' ? body.config.region : writer === 'peer' ? body.config.peerRegion : writer,
        ready: missing.length === 0,
        missing,
        memory,
        facts: describeFacts(observation),
      };
      if (resting) break;
    }
    first = false;
    await pace.pause(decision.nextLookSeconds);
  }
  return last;
}
