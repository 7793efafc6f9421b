/**
 * Hands an event to a target by its ARN: a Lambda function or an SNS topic, through their APIs. A target
 * that does not take it is tried again with growing pauses until the event is too old (EventBridge User
 * Guide, “How EventBridge retries delivering events”: 24 hours and 185 attempts unless said otherwise).
 */
import type { ServiceContext } from './contract.ts';

export interface RetryPolicy {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
}

export interface Delivery {
  readonly targetArn: string;
  /** JSON, or plain text for a topic. */
  readonly payload: string;
  readonly retry?: RetryPolicy | undefined;
  /** Who delivers, for the timeline: a rule's or a schedule's ARN. */
  readonly from: string;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** Why nothing can be delivered to this ARN here; undefined when it can. */
export function refusal(targetArn: string): string | undefined {
  const service = targetArn.split(':')[2];
  return service === 'lambda' || service === 'sns'
    ? undefined
    : `the target ${targetArn} is not a Lambda function or an SNS topic, and only those are delivered to here`;
}

/** Resolves with whether it was delivered; gives up when the signal aborts. */
export async function deliver(
  context: ServiceContext,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<boolean> {
  const attempts = delivery.retry?.MaximumRetryAttempts ?? 185;
  const deadline = context.clock.now() + (delivery.retry?.MaximumEventAgeInSeconds ?? 86_400) * 1000;
  for (let attempt = 0; ; attempt++) {
    try {
      await hand(context, delivery);
      return true;
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 20));
      if (attempt >= attempts || context.clock.now() + pause > deadline) {
        context.journal.record({
          event: 'event.dropped',
          subject: delivery.targetArn,
          because: `after ${attempt + 1} attempts: ${because}`,
          data: { from: delivery.from },
        });
        return false;
      }
      try {
        await context.clock.sleep(pause, signal);
      } catch {
        return false;
      }
    }
  }
}

async function hand(context: ServiceContext, { targetArn, payload }: Delivery): Promise<void> {
  const why = refusal(targetArn);
  if (why) throw new Error(why);
  if (targetArn.split(':')[2] === 'lambda')
    await context.invoke('lambda', 'Invoke', {
      FunctionName: targetArn,
      InvocationType: 'Event',
      Payload: payload,
    });
  else await context.invoke('sns', 'Publish', { TopicArn: targetArn, Message: payload });
}
