/**
 * An operator's word to a region's failover controller: its function is invoked in process, as any caller would
 * through Lambda's API. Its schedule may use up its concurrency: then it is asked again.
 */
import type { ControllerAnswer } from '../console/api.ts';
import { CONTROLLER_FUNCTION } from './controller-words.ts';
import { AskError } from './journal-range.ts';
import type { System } from './system.ts';

const COMMANDS = ['status', 'approve', 'abandon', 'resume', 'failback'] as const;
const BUSY_RETRIES = 60;
const BUSY_PAUSE_MS = 500;
/** Lambda's own timeout of the function is shorter. Real time. */
const DEADLINE_MS = 120_000;

export interface ControllerAsk {
  readonly region: string;
  readonly command: Readonly<Record<string, unknown>>;
}

export function readControllerAsk(body: unknown, regions: readonly string[]): ControllerAsk {
  const { region, command, rescueExported, dryRun } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof region !== 'string' || !regions.includes(region))
    throw new AskError(`region must be one of ${regions.join(', ')}, found ${JSON.stringify(region)}`);
  if (!COMMANDS.some((one) => one === command))
    throw new AskError(`command must be one of ${COMMANDS.join(', ')}, found ${JSON.stringify(command)}`);
  if (command !== 'failback') return { region, command: { command } };
  return {
    region,
    command: { command, rescueExported: rescueExported === true, dryRun: dryRun === true },
  };
}

export async function askController(
  system: Pick<System, 'invoke'>,
  { region, command }: ControllerAsk,
): Promise<ControllerAnswer> {
  const input = { FunctionName: CONTROLLER_FUNCTION, Payload: Buffer.from(JSON.stringify(command)) };
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = (await system.invoke(
        region,
        { service: 'lambda', operation: 'Invoke', input },
        DEADLINE_MS,
      )) as { FunctionError?: string; Payload?: Uint8Array };
      return answerOf(region, answer);
    } catch (error) {
      const busy = (error as { code?: string }).code === 'TooManyRequestsException';
      if (!busy || attempt === BUSY_RETRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
    }
  }
}

interface Reply {
  readonly errorMessage?: string;
  readonly result: string;
  readonly because: string;
  readonly preconditions?: ControllerAnswer['preconditions'];
  readonly ready?: boolean;
  readonly missing?: readonly string[];
  readonly memory?: { readonly phase: string } | null;
}

function answerOf(
  region: string,
  answer: { readonly FunctionError?: string; readonly Payload?: Uint8Array },
): ControllerAnswer {
  const reply = JSON.parse(Buffer.from(answer.Payload ?? []).toString() || 'null') as Reply | null;
  if (answer.FunctionError || !reply || reply.errorMessage !== undefined)
    throw new Error(`the controller in ${region} failed: ${reply?.errorMessage ?? JSON.stringify(reply)}`);
  const { result, because, preconditions = [], ready = false, missing = [], memory } = reply;
  return { result, because, preconditions, ready, missing, phase: memory?.phase ?? null };
}
