/** What happens at a rule's times and with events that arrive: targets get them, each with its own retries. */
import { randomUUID } from 'node:crypto';
import type { Timer } from '../../time/clock.ts';
import { nextTime, parseSchedule } from '../../time/schedule-expression.ts';
import type { ServiceContext } from '../contract.ts';
import { deliver } from '../delivery.ts';
import { payloadFor } from './input.ts';
import type { EventEnvelope, EventRecords, RuleRecord } from './model.ts';
import { matches } from './pattern.ts';

export interface Runtime {
  /** The rule changed: its next time is worked out anew. */
  plan(ruleName: string): void;
  /** Gives an event to every rule it matches. */
  publish(event: EventEnvelope): void;
  envelope(about: Pick<EventEnvelope, 'source' | 'detail-type' | 'resources' | 'detail'>): EventEnvelope;
  start(): void;
  stop(): void;
}

/** Node's timers end at 2^31 ms; a longer wait is taken in steps. */
const LONGEST_TIMER_MS = 12 * 3600_000;

export function createRuntime(context: ServiceContext, records: EventRecords): Runtime {
  const timers = new Map<string, Timer>();
  const closing = new AbortController();
  let open = false;

  const envelope: Runtime['envelope'] = (about) => ({
    version: '0',
    id: randomUUID(),
    'detail-type': about['detail-type'],
    source: about.source,
    account: context.account,
    time: new Date(context.clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: context.region,
    resources: about.resources,
    detail: about.detail,
  });

  const give = (rule: RuleRecord, event: EventEnvelope): void => {
    for (const target of rule.targets)
      void deliver(
        context,
        {
          targetArn: target.Arn!,
          payload: payloadFor(target, event, rule),
          retry: target.RetryPolicy,
          from: rule.arn,
        },
        closing.signal,
      );
  };

  const tick = (ruleName: string): void => {
    const rule = records.rules.get(ruleName);
    if (rule)
      give(
        rule,
        envelope({
          source: 'aws.events',
          'detail-type': 'Scheduled Event',
          resources: [rule.arn],
          detail: {},
        }),
      );
  };

  const plan = (ruleName: string): void => {
    timers.get(ruleName)?.stop();
    timers.delete(ruleName);
    const rule = records.rules.get(ruleName);
    if (!open || !rule?.scheduleExpression || rule.state !== 'ENABLED') return;
    wait(ruleName, nextTime(parseSchedule(rule.scheduleExpression), context.clock.now(), rule.createdAtMs));
  };

  const wait = (ruleName: string, at: number | undefined): void => {
    if (at === undefined) return;
    const left = at - context.clock.now();
    const step = Math.min(left, context.clock.speed * LONGEST_TIMER_MS);
    timers.set(
      ruleName,
      context.clock.after(step, () => {
        // A timer may come a moment early; the time itself decides.
        if (context.clock.now() < at) return wait(ruleName, at);
        tick(ruleName);
        plan(ruleName);
      }),
    );
  };

  return {
    plan,
    envelope,
    publish: (event) => {
      for (const rule of records.rules.values())
        if (rule.state === 'ENABLED' && rule.eventPattern && matches(JSON.parse(rule.eventPattern), event))
          give(rule, event);
    },
    start: () => {
      open = true;
      for (const rule of records.rules.values()) plan(rule.name);
    },
    stop: () => {
      open = false;
      closing.abort(new Error('the region is shutting down'));
      for (const timer of timers.values()) timer.stop();
    },
  };
}
