/**
 * An operator's word to the failover controller: its Lambda function is invoked through AWS's own API, here
 * or on AWS. A function whose concurrency is used up by its schedule is asked again.
 */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ControlledSystem } from '@understudy/engine/client';

export interface Precondition {
  readonly name: string;
  readonly ok: boolean;
  readonly why: string;
}

export interface ControllerReply {
  readonly command: string;
  readonly region: string;
  readonly result: 'done' | 'running' | 'refused' | 'failed';
  readonly because: string;
  readonly preconditions: readonly Precondition[];
  /** The region whose database is the writer, or why that is not known. */
  readonly writer: string;
  /** It could take over now; otherwise what it lacks. */
  readonly ready: boolean;
  readonly missing: readonly string[];
  readonly memory: { readonly phase: string; readonly moved: boolean } | null;
}

export interface Controller {
  ask(region: string, command: Readonly<Record<string, unknown>>): Promise<ControllerReply>;
  close(): void;
}

export const CONTROLLER_FUNCTION = 'understudy-failover';
const BUSY_RETRIES = 60;
const BUSY_PAUSE_MS = 500;

export async function openController(
  system: ControlledSystem,
  functionName = CONTROLLER_FUNCTION,
): Promise<Controller> {
  const [summary, credentials] = await Promise.all([system.system(), system.credentials()]);
  const clients = new Map<string, LambdaClient>();
  const clientOf = (region: string): LambdaClient => {
    const client =
      clients.get(region) ??
      new LambdaClient({ region, endpoint: summary.endpointUrl, credentials, maxAttempts: 1 });
    clients.set(region, client);
    return client;
  };
  return {
    ask: async (region, command) => {
      for (let attempt = 1; ; attempt++) {
        try {
          const answer = await clientOf(region).send(
            new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(command)) }),
          );
          const value = JSON.parse(Buffer.from(answer.Payload ?? []).toString() || 'null') as
            | ControllerReply
            | { errorMessage: string };
          if (answer.FunctionError || !value || 'errorMessage' in value)
            throw new Error(`the controller in ${region} failed: ${JSON.stringify(value)}`);
          return value;
        } catch (error) {
          if ((error as Error).name !== 'TooManyRequestsException' || attempt === BUSY_RETRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
        }
      }
    },
    close: () => {
      for (const client of clients.values()) client.destroy();
    },
  };
}
