/**
 * Bringing the assembly's stacks into their regions, in the order that their dependencies ask for, as many at
 * once as they allow. A region that dies meanwhile is started again by its member; the deployment goes on
 * with what the region already had.
 */
import type { StackArtifact } from '../assembly/index.ts';
import { ChannelError } from '../region/channel.ts';
import type { DeployAnswer, DeployRequest } from '../region/messages.ts';
import type { System } from './system.ts';

export interface StackOutcome {
  readonly stack: string;
  readonly region: string;
  /** A CloudFormation stack status, or the reason why there is none. */
  readonly status: string;
  readonly ok: boolean;
  readonly because?: string;
}

/** Real time: a stack of this kind takes seconds; only a hang takes this long. */
const STACK_DEADLINE_MS = 5 * 60_000;
const ATTEMPTS = 5;

export async function deployStacks(
  system: System,
  stacks: readonly StackArtifact[],
  finished: (outcome: StackOutcome) => void,
): Promise<readonly StackOutcome[]> {
  const running = new Map<string, Promise<StackOutcome>>();
  const deploy = async (stack: StackArtifact): Promise<StackOutcome> => {
    const before = await Promise.all(
      stack.dependencies.map((name) => running.get(name)).filter((one) => !!one),
    );
    const failed = before.find((outcome) => !outcome.ok);
    const outcome: StackOutcome = failed
      ? {
          stack: stack.name,
          region: stack.region,
          ok: false,
          status: 'not deployed',
          because: `${failed.stack}, which it depends on, was not`,
        }
      : await deployOne(system, stack);
    finished(outcome);
    return outcome;
  };
  for (const stack of stacks) running.set(stack.id, deploy(stack));
  return await Promise.all(running.values());
}

async function deployOne(system: System, stack: StackArtifact): Promise<StackOutcome> {
  const { name, region } = stack;
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await system
        .member(region)
        .request<DeployAnswer>('deploy', { artifactId: stack.id } satisfies DeployRequest, STACK_DEADLINE_MS);
      return { stack: name, region, ...result };
    } catch (error) {
      const gone = error instanceof ChannelError && error.code === 'Gone';
      if (!gone || attempt === ATTEMPTS)
        return { stack: name, region, ok: false, status: 'not deployed', because: (error as Error).message };
      await untilRunning(system, region);
    }
  }
}

/** The death of a region's process is heard of a moment after its channel has closed. */
async function untilRunning(system: System, region: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  await new Promise((resolve) => setTimeout(resolve, 500));
  while (system.member(region).state() !== 'running' && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 100));
}
