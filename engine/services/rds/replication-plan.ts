/**
 * Given who leads: who follows whom, who may write, who waits for whom. Pure; `replication.ts` makes servers
 * obey. Rules that must hold in every plan: at most one instance is writable; waiting for acknowledgements
 * (semi-sync) is on at the writer alone, since a replica with the waiting side on stalls its own applier; and
 * only readers of the writer's own region acknowledge, so that no commit waits for another region.
 */
export interface PlanInput {
  /** What the region's cluster is in its global cluster; a cluster without one is a writer. */
  readonly clusterRole: 'writer' | 'secondary';
  /** The writer, or in a secondary the instance that the other region feeds (its storage head). */
  readonly leader: string;
  /** All instances whose servers run. */
  readonly running: readonly string[];
  /** Readers that have caught up and are there to acknowledge. */
  readonly acknowledging: readonly string[];
  /** Nobody may write although this is the writer's cluster: a planned move has begun, or it is fenced. */
  readonly writesHeld: boolean;
}

export type Source =
  | { readonly kind: 'none' }
  | { readonly kind: 'instance'; readonly identifier: string }
  | { readonly kind: 'writer-region' };

export interface InstancePlan {
  readonly identifier: string;
  readonly role: 'writer' | 'head' | 'reader';
  readonly follows: Source;
  readonly readOnly: boolean;
  /** Commits wait until a reader has them (rpl_semi_sync_master_enabled). */
  readonly waitsForReader: boolean;
  /** Acknowledges what it receives (rpl_semi_sync_slave_enabled). */
  readonly acknowledges: boolean;
}

export function planReplication(input: PlanInput): readonly InstancePlan[] {
  return input.running.map((identifier) => {
    if (identifier === input.leader) return leaderPlan(input);
    return {
      identifier,
      role: 'reader',
      follows: { kind: 'instance', identifier: input.leader },
      readOnly: true,
      waitsForReader: false,
      acknowledges: input.clusterRole === 'writer',
    };
  });
}

function leaderPlan(input: PlanInput): InstancePlan {
  const identifier = input.leader;
  if (input.clusterRole === 'secondary')
    return {
      identifier,
      role: 'head',
      follows: { kind: 'writer-region' },
      readOnly: true,
      waitsForReader: false,
      acknowledges: false,
    };
  const readers = input.acknowledging.filter(
    (reader) => reader !== identifier && input.running.includes(reader),
  );
  return {
    identifier,
    role: 'writer',
    follows: { kind: 'none' },
    readOnly: input.writesHeld,
    waitsForReader: readers.length > 0,
    acknowledges: false,
  };
}
