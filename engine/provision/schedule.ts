/**
 * Runs work in dependency order, everything that is free at the same time. After a failure nothing new
 * begins (`stop`) or only what does not depend on it (`go-on`); what has begun is always waited for.
 */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

export interface Failure {
  readonly id: string;
  readonly error: unknown;
}

export async function runInOrder(
  dependencies: Dependencies,
  work: (id: string) => Promise<void>,
  afterFailure: 'stop' | 'go-on',
): Promise<readonly Failure[]> {
  const waiting = new Map(
    [...dependencies].map(([id, needs]) => [
      id,
      new Set(needs.filter((need) => need !== id && dependencies.has(need))),
    ]),
  );
  const failures: Failure[] = [];
  const running = new Map<string, Promise<void>>();
  const begin = (id: string): void => {
    waiting.delete(id);
    const run = work(id)
      .then(
        () => {
          for (const needs of waiting.values()) needs.delete(id);
        },
        (error: unknown) => void failures.push({ id, error }),
      )
      .finally(() => running.delete(id));
    running.set(id, run);
  };
  while (waiting.size > 0 || running.size > 0) {
    if (afterFailure === 'go-on' || failures.length === 0)
      for (const [id, needs] of [...waiting]) if (needs.size === 0) begin(id);
    if (running.size === 0) {
      const [first] = waiting.keys();
      if (failures.length > 0 || first === undefined) break;
      // Everything left waits in a circle: no order is right, so any will do.
      begin(first);
    }
    await Promise.race(running.values());
  }
  return failures;
}

/** Who waits for whom when things are taken away: dependents first. */
export function reversed(dependencies: Dependencies): Dependencies {
  const turned = new Map<string, string[]>([...dependencies.keys()].map((id) => [id, []]));
  for (const [id, needs] of dependencies) for (const need of needs) turned.get(need)?.push(id);
  return turned;
}
