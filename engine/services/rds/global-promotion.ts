/**
 * The target's side of a planned move. It takes over when it is asked and has everything; if its answer was
 * lost, it says how the question ended, and from then on obeys no copy of it that comes late.
 */
import { promoteHere } from './global-failover.ts';
import { promotionRefusal } from './global-rules.ts';
import { parsePosition } from './gtid.ts';
import { leaderOf, type Rds } from './house.ts';
import { clusterInGlobal, ownExchange } from './membership-exchange.ts';
import type { Exchange, Questions } from './peer-messages.ts';
import { waitForPosition } from './replication.ts';

/** Raises the epoch only if it has every transaction of the old writer. */
export async function acceptPromotion(
  rds: Rds,
  input: Questions['promote']['input'],
): Promise<Questions['promote']['output']> {
  const cluster = clusterInGlobal(rds, input.identifier);
  const refuse = (because: string) => ({
    promoted: false,
    because,
    exchange: ownExchange(rds, input.identifier),
  });
  if (!cluster) return refuse(`${rds.context.region} has no cluster in ${input.identifier}`);
  return await cluster.serialize(async () => {
    const global = rds.records.globals.get(input.identifier)!;
    const because = promotionRefusal(global.membership, rds.context.region, input.epoch, {
      beganMs: input.beganMs,
      withdrawnMs: rds.records.withdrawn.get(input.identifier),
    });
    if (because) return refuse(because);
    const leader = leaderOf(rds, cluster);
    if (!leader || !(await waitForPosition(leader.server, parsePosition(input.position), 10_000)))
      return refuse(`${cluster.identifier} has not reached ${input.position}`);
    const from = global.membership.writerRegion;
    await promoteHere(
      rds,
      cluster,
      {
        globalClusterIdentifier: input.identifier,
        epoch: input.epoch,
        to: rds.context.region,
        ...(from ? { from } : {}),
      },
      true,
    );
    return { promoted: true, exchange: ownExchange(rds, input.identifier) };
  });
}

/** Waits for a promotion that is under way, so that its answer is the last word on it. */
export async function acceptWithdrawal(
  rds: Rds,
  { identifier, beganMs }: Questions['withdraw']['input'],
): Promise<Exchange> {
  const withdraw = async (): Promise<Exchange> => {
    const { withdrawn } = rds.records;
    withdrawn.put(identifier, Math.max(beganMs, withdrawn.get(identifier) ?? 0));
    return ownExchange(rds, identifier);
  };
  const cluster = clusterInGlobal(rds, identifier);
  return cluster ? await cluster.serialize(withdraw) : await withdraw();
}
