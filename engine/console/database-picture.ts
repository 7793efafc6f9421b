/** A region's database cluster: its role, its instances, how far it is behind, what is being mended. Pure. */
import type { DatabaseBox, RegionPicture } from './api.ts';
import { numberOrNull, type ProcessFacts, type Row, rows, text, textOrNull } from './facts.ts';

type Database = RegionPicture['database'];

export function databaseOf(region: string, facts: ProcessFacts): Database {
  const cluster = rows(facts.services, 'rds', 'clusters')[0];
  const id = `${region}/database`;
  if (!cluster)
    return {
      ...{ id, label: 'no database', condition: 'unknown', because: 'there is no cluster here' },
      ...{ role: 'unknown', status: '', instances: [], lagMs: null, resync: null },
    };
  const records = rows(cluster, 'instances');
  const instances = records.map((instance) => instanceOf(cluster, instance, facts));
  const role = roleOf(cluster);
  const status = text(cluster, 'status');
  const held = textOrNull(cluster, 'held');
  const resync = resyncOf(cluster, records);
  const serving = records.some((instance) => text(instance, 'status') === 'available');
  const lags = instances.flatMap(({ lagMs }) => (lagMs === null ? [] : [lagMs]));
  return {
    id,
    label: text(cluster, 'identifier'),
    condition: status === 'available' && serving && held === null && resync === null ? 'well' : 'ailing',
    because:
      held ??
      resync ??
      (serving ? `${role === 'unknown' ? 'no role yet' : role}, ${status}` : 'no instance serves'),
    role,
    status,
    instances,
    lagMs: role === 'secondary' && lags.length > 0 ? Math.max(...lags) : null,
    resync,
  };
}

function roleOf(cluster: Row): Database['role'] {
  const role = text(cluster, 'role');
  return role === 'writer' || role === 'secondary' ? role : 'unknown';
}

function resyncOf(cluster: Row, instances: readonly Row[]): string | null {
  if (cluster['surplus'] === true)
    return 'hands over the rows that only it has, before it follows the new writer';
  const rebuilt = instances
    .filter((instance) => instance['rebuild'] === true)
    .map((one) => text(one, 'identifier'));
  return rebuilt.length > 0 ? `copies the writer’s data anew into ${rebuilt.join(' and ')}` : null;
}

function instanceOf(cluster: Row, instance: Row, { guests }: ProcessFacts): DatabaseBox {
  const identifier = text(instance, 'identifier');
  const status = text(instance, 'status');
  const role = instanceRole(instance);
  const frozen = guests.some(
    (guest) => guest.kind === 'database' && guest.id === identifier && guest.frozen === true,
  );
  const runs = numberOrNull(instance, 'pid') !== null;
  const behind = numberOrNull(instance, 'lagMs');
  return {
    id: `database/${identifier}`,
    label: identifier,
    zone: text(instance, 'zone'),
    condition: frozen ? 'frozen' : status === 'available' ? 'well' : runs ? 'ailing' : 'lost',
    because: frozen
      ? 'its process was stopped where it stood'
      : `${role === 'unknown' ? 'no role yet' : role}, ${status}${behind === null ? '' : `, ${behind} ms behind`}`,
    role,
    lagMs: behind,
    // A cluster knows the position of its leader alone.
    gtid: role === 'writer' || role === 'head' ? textOrNull(cluster, 'gtid') : null,
  };
}

function instanceRole(instance: Row): DatabaseBox['role'] {
  const role = text(instance, 'role');
  return role === 'writer' || role === 'reader' || role === 'head' ? role : 'unknown';
}
