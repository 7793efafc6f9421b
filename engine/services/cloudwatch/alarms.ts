/**
 * The alarms at work: evaluates those that are due, records changes, and calls actions. A state change is on
 * disk before its actions are called, so a region that dies between the two does not report it twice; it may
 * not report it at all, as the next evaluation finds nothing new.
 */
import type { ServiceContext, Table } from '../contract.ts';
import { act } from './alarm-actions.ts';
import { check, evaluationIntervalMs } from './alarm-check.ts';
import type { AlarmState } from './alarm-evaluation.ts';
import { holds, parseCompositeRule } from './composite-rule.ts';
import type { Metrics } from './metrics.ts';
import { type Alarm, actionsOf, type Change, type HistoryItem, type MetricAlarm } from './model.ts';

export interface Alarms {
  readonly table: Table<Alarm>;
  readonly history: Table<HistoryItem>;
  /** Evaluates what is due at this instant. */
  evaluate(nowMs: number): void;
  change(alarm: Alarm, change: Change): void;
  remember(item: HistoryItem): void;
}

/** Points of the minute that has just ended may still be on their way. */
const GRACE_MS = 5_000;
const HISTORY_LIMIT = 1_000;

export function openAlarms(context: ServiceContext, metrics: Metrics): Alarms {
  const table = context.store.table<Alarm>('alarms');
  const history = context.store.table<HistoryItem>('alarm-history');
  const evaluatedAt = new Map<string, number>();
  let serial = history.entries().length;

  const remember = (item: HistoryItem): void => {
    history.put(`${String(item.atMs).padStart(15, '0')}-${String(serial++).padStart(9, '0')}`, item);
    const entries = history.entries();
    if (entries.length > HISTORY_LIMIT)
      for (const [id] of [...entries]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, entries.length - HISTORY_LIMIT))
        history.delete(id);
  };

  const change = (alarm: Alarm, { state, reason, reasonData }: Change): void => {
    const atMs = Math.floor(context.clock.now());
    const old = alarm.state;
    const changed: Alarm = {
      ...alarm,
      state,
      reason,
      stateUpdatedMs: atMs,
      ...(reasonData ? { reasonData } : {}),
    };
    context.store.transaction(() => {
      table.put(alarm.name, changed);
      const summary = `Alarm updated from ${old} to ${state}`;
      const data = { oldState: { stateValue: old }, newState: { stateValue: state, stateReason: reason } };
      remember({ alarm: alarm.name, kind: alarm.kind, type: 'StateUpdate', atMs, summary, data });
    });
    context.journal.record({
      event: 'alarm.state-changed',
      subject: alarm.name,
      because: reason,
      data: { from: old, to: state },
    });
    for (const action of actionsOf(changed, state))
      if (!isScaling(action)) act(context, { alarm: changed, previous: old, action, remember });
  };

  const evaluateMetric = (alarm: MetricAlarm, nowMs: number): void => {
    const found = check(alarm.input, alarm.state, metrics, nowMs - GRACE_MS);
    if (found.state !== alarm.state) change(alarm, found);
    // Auto Scaling is told at every evaluation while the state lasts, everybody else when it changes.
    const now = table.get(alarm.name) ?? alarm;
    for (const action of actionsOf(now, now.state))
      if (isScaling(action))
        act(context, { alarm: now, previous: alarm.state, action, remember, value: found.newest });
  };

  const evaluateComposites = (): void => {
    const stateOf = (name: string): AlarmState | undefined => table.get(name)?.state;
    // A composite may rest on composites: repeated until nothing moves, at most once a level.
    for (let level = 0; level < 10; level++) {
      let moved = false;
      for (const alarm of table.values()) {
        if (alarm.kind !== 'composite') continue;
        const rule = parseCompositeRule(alarm.input.AlarmRule ?? 'FALSE');
        const state = holds(rule, stateOf) ? 'ALARM' : 'OK';
        if (state === alarm.state) continue;
        moved = true;
        change(alarm, { state, reason: `${alarm.input.AlarmRule} is ${state === 'ALARM'}` });
      }
      if (!moved) return;
    }
  };

  return {
    table,
    history,
    change,
    remember,
    evaluate: (nowMs) => {
      for (const alarm of table.values()) {
        if (alarm.kind !== 'metric') continue;
        const turn = Math.floor((nowMs - GRACE_MS) / evaluationIntervalMs(alarm.input));
        if (evaluatedAt.get(alarm.name) === turn) continue;
        evaluatedAt.set(alarm.name, turn);
        evaluateMetric(alarm, nowMs);
      }
      evaluateComposites();
    },
  };
}

function isScaling(action: string): boolean {
  return /^arn:[^:]+:autoscaling:[^:]*:[^:]*:scalingPolicy:/.test(action);
}
