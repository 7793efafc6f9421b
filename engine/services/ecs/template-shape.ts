/**
 * A template writes ECS's members with a capital (`ContainerDefinitions`), the API without
 * (`containerDefinitions`); otherwise the two are the same. Keys that are the user's own (log options,
 * labels) stay as they are written.
 */
import type { Json } from '../contract.ts';

const OWN_KEYS = new Set(['Options', 'DockerLabels', 'Labels', 'DriverOpts']);

export function apiShape(value: Json): Json {
  if (Array.isArray(value)) return value.map(apiShape);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, Json>>).map(([key, inner]) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      OWN_KEYS.has(key) ? inner : apiShape(inner),
    ]),
  );
}
