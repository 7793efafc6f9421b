/**
 * Notices when the answer to a name with failover routing changes, and puts it on the timeline. The answer
 * before is kept on disk, so that a restart that changes nothing says nothing.
 */
import type { GlobalContext, Table } from '../contract.ts';
import { resolveGroup, type World } from './alias.ts';
import type { Group, Zone } from './zone-data.ts';

export interface PresentAnswer {
  readonly name: string;
  readonly type: string;
  readonly setIdentifier: string;
  readonly values: readonly string[];
  readonly because: string;
}

export interface AnswerWatch {
  review(): void;
  readonly present: readonly PresentAnswer[];
}

type KeptAnswer = Pick<PresentAnswer, 'setIdentifier' | 'values'>;

export function createAnswerWatch(
  context: Pick<GlobalContext, 'store' | 'journal'>,
  world: World,
  zones: () => Iterable<Zone>,
): AnswerWatch {
  const kept: Table<KeptAnswer> = context.store.table<KeptAnswer>('answers');
  const present = (): PresentAnswer[] =>
    [...zones()].flatMap((zone) => failoverGroups(zone).map((group) => presentAnswer(world, zone, group)));
  return {
    get present() {
      return present();
    },
    review: () => {
      for (const now of present()) {
        const key = `${now.type} ${now.name}`;
        const before = kept.get(key);
        const { setIdentifier, values } = now;
        if (before?.setIdentifier === setIdentifier && before.values.join() === values.join()) continue;
        kept.put(key, { setIdentifier, values });
        if (!before) continue;
        context.journal.record({
          // Within one record set it is the load balancer's zones that come and go.
          event: before.setIdentifier === setIdentifier ? 'answer.targets-changed' : 'answer.changed',
          subject: now.name,
          because: `${words(before)} → ${words(now)}: ${now.because}`,
          data: {
            type: now.type,
            from: before.setIdentifier,
            to: setIdentifier,
            fromValues: [...before.values],
            toValues: [...values],
          },
        });
      }
    },
  };
}

function failoverGroups(zone: Zone): Group[] {
  return [...zone.nodes.values()].flatMap((node) =>
    [...node.values()].filter((group) => group.routing === 'failover'),
  );
}

function presentAnswer(world: World, zone: Zone, group: Group): PresentAnswer {
  const { resolved, because, chosen } = resolveGroup(world, zone, group, () => 0);
  const values = resolved.flatMap((one) => one.values.map(textOf)).sort();
  return {
    name: group.name,
    type: group.type,
    setIdentifier: chosen[0]?.setIdentifier ?? '',
    values,
    because,
  };
}

function textOf(value: { readonly data: unknown }): string {
  if (typeof value.data === 'string') return value.data;
  return Array.isArray(value.data) ? value.data.map(String).join('') : JSON.stringify(value.data);
}

function words({ setIdentifier, values }: KeptAnswer): string {
  return values.join() === setIdentifier
    ? setIdentifier
    : `${setIdentifier} (${values.join(', ') || 'nothing'})`;
}
