/** The boxes of one region, from its load balancer down to what watches over it. Pure. */
import type {
  Box,
  Condition,
  DatabaseBox,
  Picture,
  RegionPicture,
  TaskBox,
} from '@understudy/engine/console';
import type { Slots } from '../state/slots.ts';
import { countText, lagText, plural, shortId } from '../words/format.ts';
import { type BoxView, known, plain } from './box-view.ts';
import * as at from './layout.ts';
import { stageOf } from './roles.ts';

export function regionBoxes(
  picture: Picture,
  region: RegionPicture,
  side: number,
  slots: Slots,
): readonly BoxView[] {
  const isServing = picture.dns.active === region.name;
  const shared = { ...plain, isServing, isMirrored: at.isMirrored(side) };
  const card = (
    box: Box,
    kind: at.Card,
    title: string,
    value: string,
    note: string,
    warn = false,
  ): BoxView => ({
    ...shared,
    ...known(box),
    kind: 'card',
    place: at.cardPlace(side, kind),
    title,
    // The last word of what is lost would read as if it still held.
    ...(box.condition === 'lost'
      ? { value: 'lost' }
      : { value, note, emphasis: warn ? ('warn' as const) : ('none' as const) }),
  });
  const { loadBalancer, service, database, bucket, alarms, notifications, controller } = region;
  const cards: Readonly<Record<at.Card, BoxView>> = {
    controller: card(
      controller,
      'controller',
      'Controller',
      // The one phase that is about a person, and too long for the box.
      controller.phase === 'awaiting-approval' ? 'asks you' : (controller.phase ?? 'silent'),
      controller.verdict === controller.phase ? '' : (controller.verdict ?? ''),
    ),
    notifications: card(
      notifications,
      'notifications',
      'SNS',
      countText(notifications.published),
      'published',
    ),
    alarms: card(
      alarms,
      'alarms',
      'CloudWatch',
      alarms.inAlarm.length > 0 ? plural(alarms.inAlarm.length, 'alarm') : 'no alarm',
      `of ${alarms.total}`,
      alarms.inAlarm.length > 0,
    ),
    bucket: card(
      bucket,
      'bucket',
      'S3 assets',
      bucket.replicationPending > 0 ? `${bucket.replicationPending} waiting` : 'in step',
      bucket.replicationFailed > 0 ? `${bucket.replicationFailed} failed` : 'replication',
      bucket.replicationFailed > 0,
    ),
  };
  const row: readonly at.Card[] = ['alarms', 'notifications', 'controller', 'bucket'];
  return [
    {
      ...shared,
      ...known(region.process),
      kind: 'region',
      place: at.regionPlace(side),
      title: region.name,
      value: stageOf(picture, region),
      note:
        plural(service.running, 'task') +
        (service.running === service.desired ? '' : ` of ${service.desired}`),
    },
    {
      ...shared,
      ...known(loadBalancer),
      kind: 'bar',
      place: at.loadBalancerPlace(side),
      title: 'Load balancer',
      value: `${loadBalancer.healthyTargets} of ${loadBalancer.targets} targets healthy`,
      emphasis: loadBalancer.healthyTargets < loadBalancer.targets ? 'warn' : 'none',
    },
    ...region.zones.slice(0, 3).flatMap((zone, index) => zoneBoxes(region, zone, side, index, slots, shared)),
    {
      ...shared,
      ...known(database),
      kind: 'database',
      place: at.databasePlace(side),
      title: 'Aurora',
      value: database.role === 'unknown' ? 'role unknown' : database.role,
      note: database.condition === 'lost' ? '' : (database.resync ?? database.status),
    },
    ...seatedInstances(database.instances).map((instance, seat) => instanceBox(instance, side, seat, shared)),
    ...row.map((name) => cards[name]),
  ];
}

type Shared = typeof plain;

function zoneBoxes(
  region: RegionPicture,
  zone: string,
  side: number,
  index: number,
  slots: Slots,
  shared: Shared,
): readonly BoxView[] {
  const seats = slots[zone] ?? [];
  const isCrowded = Object.values(slots).some(({ length }) => length > 2);
  const over = seats.length - at.SEATS_OF_A_ZONE;
  const tasks = seats
    .slice(0, at.SEATS_OF_A_ZONE)
    .map((id, seat) => ({ task: region.tasks.find((one) => one.id === id), seat }));
  const here = region.tasks.filter((task) => task.zone === zone);
  return [
    {
      ...shared,
      id: `zone/${zone}`,
      kind: 'zone',
      place: at.zonePlace(side, index),
      condition: zoneCondition(here),
      because: plural(here.length, 'task'),
      title: zone.replace(region.name, 'AZ '),
      value: '',
      note: over > 0 ? `+${over}` : '',
    },
    ...tasks.flatMap(({ task, seat }) =>
      task ? [taskBox(task, at.taskPlace(side, index, seat, isCrowded), shared)] : [],
    ),
  ];
}

function zoneCondition(tasks: readonly TaskBox[]): Condition {
  if (tasks.length === 0) return 'well';
  for (const condition of ['lost', 'frozen', 'unknown'] as const)
    if (tasks.every((task) => task.condition === condition)) return condition;
  return tasks.every(({ condition }) => condition === 'well') ? 'well' : 'ailing';
}

const taskBox = (task: TaskBox, place: at.Place, shared: Shared): BoxView => ({
  ...shared,
  ...known(task),
  kind: 'task',
  place,
  title: shortId(task.id),
  value: task.condition === 'well' ? task.health : task.condition,
  emphasis: task.health === 'healthy' ? 'none' : 'warn',
});

/** Writer (or the head of a secondary, which follows the other region) first; else in the order of their names. */
function seatedInstances(instances: readonly DatabaseBox[]): readonly DatabaseBox[] {
  const rank = ({ role }: DatabaseBox): number => (role === 'writer' || role === 'head' ? 0 : 1);
  return [...instances].sort((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id)).slice(0, 2);
}

const instanceBox = (one: DatabaseBox, side: number, seat: number, shared: Shared): BoxView => ({
  ...shared,
  ...known(one),
  kind: 'instance',
  place: at.instancePlace(side, seat),
  title: shortName(one.label),
  value: one.condition === 'well' || one.condition === 'ailing' ? instanceRole(one) : one.condition,
  note: one.lagMs === null ? '' : `${lagText(one.lagMs)} behind`,
  emphasis: one.role === 'writer' ? 'writer' : 'none',
});

const instanceRole = ({ role }: DatabaseBox): string => (role === 'head' ? 'follows' : role);

/** `understudy-us-east-1-2` → `instance 2`. */
const shortName = (label: string): string => label.replace(/^.*-(\d+)$/, 'instance $1');
