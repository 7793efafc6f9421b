// When a person is told of a problem: after it has stood for as many looks as its row asks, then once an episode or
// again every `repageSeconds`. An episode ends when all has been well for a while, and that is told as well.

import type { Memory, Message } from './memory.ts';
import type { Observation } from './observation.ts';
import type { Policy } from './policy.ts';
import type { Problem } from './problems.ts';

/** Looks without a problem after which an episode is over. */
const wellAfterTicks = 6;
const mostTicks = 60;

/** Counts how long the same row has decided. */
export function remember(memory: Memory, problem: Problem): Memory {
  const before = memory.problem;
  const ticks = before?.name === problem.name ? Math.min(before.ticks + 1, mostTicks) : 1;
  return { ...memory, problem: { name: problem.name, ticks } };
}

function due(policy: Policy, memory: Memory, problem: Problem, now: number): boolean {
  if (problem.page === 'never' || (memory.problem?.ticks ?? 0) < problem.afterTicks) return false;
  const last = memory.paged[problem.name];
  if (last === undefined) return true;
  return problem.page === 'repeat' && now - last >= policy.repageSeconds * 1_000;
}

/** The exact command that a person types. */
export function invokeCommand(observation: Observation, payload: Readonly<Record<string, unknown>>): string {
  return (
    `aws lambda invoke --region ${observation.self} --function-name ${observation.functionName} ` +
    `--cli-binary-format raw-in-base64-out --payload '${JSON.stringify(payload)}' /dev/stdout`
  );
}

function advice(problem: Problem, observation: Observation): readonly string[] {
  const needsApproval = problem.verdict === 'prepare' || problem.name === 'loss-unknown';
  if (!needsApproval) return [];
  return [
    `To go on: ${invokeCommand(observation, { command: 'approve' })}`,
    `To refuse: ${invokeCommand(observation, { command: 'abandon' })}`,
  ];
}

export function pageFor(
  policy: Policy,
  memory: Memory,
  observation: Observation,
  problem: Problem,
  because: string,
  now: number,
): Memory {
  if (!due(policy, memory, problem, now)) return memory;
  const message: Message = {
    id: `${memory.epoch}-${problem.name}-${now}`,
    subject: `understudy: ${problem.name} (${observation.self})`,
    text: [
      `${problem.verdict}: ${because}.`,
      `Seen in ${observation.self} at ${new Date(now).toISOString()}, phase ${memory.phase}, moves so far ${memory.epoch}.`,
      ...advice(problem, observation),
    ].join('\n'),
  };
  return { ...memory, paged: { ...memory.paged, [problem.name]: now }, unsent: [...memory.unsent, message] };
}

const well: ReadonlySet<string> = new Set(['all-well', 'lead', 'moved']);

export function wellAgain(memory: Memory, problem: Problem, now: number): Memory {
  const names = Object.keys(memory.paged);
  if (names.length === 0 || !well.has(problem.name)) return memory;
  if ((memory.problem?.ticks ?? 0) < wellAfterTicks) return memory;
  const message: Message = {
    id: `${memory.epoch}-well-${now}`,
    subject: 'understudy: over',
    text: `No longer so: ${names.join(', ')}.`,
  };
  return { ...memory, paged: {}, unsent: [...memory.unsent, message] };
}
