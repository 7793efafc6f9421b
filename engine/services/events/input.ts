/**
 * What a target receives: the whole event, a constant, a part of it, or a template filled from it. Pure.
 * EventBridge User Guide, “Amazon EventBridge input transformation”.
 */
import type { Target } from '@aws-sdk/client-eventbridge';
import type { EventEnvelope } from './model.ts';

export function payloadFor(
  target: Target,
  event: EventEnvelope,
  rule: { name: string; arn: string },
): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(at(event, target.InputPath) ?? null);
  const transformer = target.InputTransformer;
  if (!transformer) return JSON.stringify(event);
  const values: Record<string, unknown> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': event,
    'aws.events.event.json': event,
  };
  for (const [name, path] of Object.entries(transformer.InputPathsMap ?? {})) values[name] = at(event, path);
  return fill(transformer.InputTemplate ?? '', values);
}

/** `$.detail.state`, with array indices; undefined when there is nothing. */
function at(event: unknown, path: string): unknown {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? [];
  return steps.reduce<unknown>(
    (value, step) =>
      (value as Readonly<Record<string, unknown>> | null | undefined)?.[step.replace(/^['"]|['"]$/g, '')],
    event,
  );
}

/** Inside a JSON string a value is written as text, elsewhere as JSON; what is missing becomes an empty string. */
function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  let quoted = false;
  return template.replace(/\\.|"|<([\w.-]+)>/g, (all, name: string | undefined) => {
    if (all === '"') quoted = !quoted;
    if (name === undefined || !(name in values)) return all;
    const value = values[name] ?? '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (quoted) return JSON.stringify(text).slice(1, -1);
    return typeof value === 'string' ? JSON.stringify(value) : text;
  });
}
