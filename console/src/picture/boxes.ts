/**
 * The picture's boxes from what the system tells: which there are, in the order in which the keyboard visits them,
 * what each says, and where it sits. Pure; the components draw what is here.
 */
import type {
  Box,
  Condition,
  DatabaseBox,
  EdgePicture,
  Picture,
  RegionPicture,
  TaskBox,
} from '@understudy/engine/console';
import type { Slots } from '../state/slots.ts';
import { countText, lagText, plural, rateText, shareText, shortId } from '../words/format.ts';
import * as at from './layout.ts';

export type BoxKind =
  | 'edge'
  | 'dns'
  | 'region'
  | 'bar'
  | 'zone'
  | 'task'
  | 'database'
  | 'instance'
  | 'card'
  | 'link'
  | 'mark';

export interface BoxView {
  readonly id: string;
  readonly kind: BoxKind;
  readonly place: at.Place;
  readonly condition: Condition;
  readonly because: string;
  /** The small word above, the large one, and what else there is to say. */
  readonly title: string;
  readonly value: string;
  readonly note: string;
  /** The region that it belongs to and whether that serves; for the frame and what is in it. */
  readonly isServing: boolean;
  readonly isMirrored: boolean;
  readonly emphasis: 'none' | 'warn' | 'writer';
}

const plain = { note: '', isServing: false, isMirrored: false, emphasis: 'none' as const };

export function boxesOf(picture: Picture, slots: Slots): readonly BoxView[] {
  return [
    ...picture.edges.map((edge, index) => edgeBox(edge, at.edgePlace(index, picture.edges.length))),
    dnsBox(picture),
    ...picture.regions.slice(0, 2).flatMap((region, side) => regionBoxes(picture, region, side, slots)),
    ...(picture.regions.length > 1 ? [linkBox(picture)] : []),
    ...marks(picture),
  ];
}

function edgeBox(edge: EdgePicture, place: at.Place): BoxView {
  const failing = edge.failedPerSecond > 0.05 ? `✕ ${rateText(edge.failedPerSecond)} failed` : '';
  return {
    ...plain,
    ...known(edge),
    kind: 'edge',
    place,
    title: `CloudFront ${edge.label}`,
    value: rateText(edge.perSecond),
    note:
      failing ||
      (edge.hitRate === null || edge.perSecond < 0.05 ? 'idle' : `${shareText(edge.hitRate)} hits`),
    emphasis: failing ? 'warn' : 'none',
  };
}

function dnsBox({ dns, global }: Picture): BoxView {
  const sick = dns.healthChecks.filter(({ healthy }) => !healthy);
  return {
    ...plain,
    id: 'dns',
    kind: 'dns',
    place: at.dnsPlace,
    condition: isDown(global)
      ? global.condition
      : dns.active === null
        ? 'unknown'
        : sick.length > 0
          ? 'ailing'
          : 'well',
    because: isDown(global)
      ? global.because
      : sick.map(({ name, because }) => `${name}: ${because}`).join('; ') || 'every health check passes',
    title: 'Route 53',
    value: dns.active ?? 'no answer',
  };
}

function regionBoxes(
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
    value,
    note,
    emphasis: warn ? 'warn' : 'none',
  });
  const { loadBalancer, service, database, bucket, alarms, notifications, controller } = region;
  const cards: Readonly<Record<at.Card, BoxView>> = {
    controller: card(
      controller,
      'controller',
      'Controller',
      controller.phase ?? 'silent',
      controller.verdict === controller.phase ? '' : (controller.verdict ?? ''),
    ),
    notifications: card(
      notifications,
      'notifications',
      'SNS',
      `${countText(notifications.sent)} sent`,
      'notifications',
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
      note: database.resync ?? database.status,
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

function linkBox({ links, regions }: Picture): BoxView {
  const cut = links.filter((link) => link.cut);
  const [one, other] = regions.map(({ name }) => name);
  const because =
    cut.length === 0
      ? 'both regions hear each other'
      : cut.map(({ from, to }) => `${from} → ${to} is cut`).join('; ');
  return {
    ...plain,
    id: `link/${one}..${other}`,
    kind: 'link',
    place: at.linkPlace,
    condition: cut.length === 0 ? 'well' : cut.length === links.length ? 'lost' : 'ailing',
    because,
    title: 'link',
    value:
      cut.length === 0
        ? `${Math.round(links[0]?.delayMs ?? 0)} ms`
        : cut.length === links.length
          ? 'cut'
          : 'one way',
  };
}

function marks(picture: Picture): readonly BoxView[] {
  const mark = (id: string, value: string, place: at.Place, condition: Condition): BoxView => ({
    ...plain,
    id,
    kind: 'mark',
    place,
    condition,
    because: '',
    title: '',
    value,
  });
  const writer = writerSide(picture);
  const stands = (side: number): Condition => picture.regions[side]?.process.condition ?? 'unknown';
  const serving = picture.regions.findIndex(({ name }) => name === picture.dns.active);
  return [
    ...(writer >= 0
      ? [
          mark(
            'mark/writer',
            stands(writer) === 'lost' ? 'writer lost' : 'writer',
            at.writerMarkPlace(writer),
            stands(writer),
          ),
        ]
      : []),
    ...(serving >= 0 ? [mark('mark/serving', 'DNS', at.servingMarkPlace(serving), stands(serving))] : []),
  ];
}

/** A lost region's last word does not make it the writer any more once another is. */
export function writerSide({ regions }: Picture): number {
  const alive = regions.findIndex(
    ({ database, process }) => database.role === 'writer' && process.condition !== 'lost',
  );
  return alive >= 0 ? alive : regions.findIndex(({ database }) => database.role === 'writer');
}

function stageOf(picture: Picture, region: RegionPicture): string {
  const { condition } = region.process;
  if (condition === 'lost' || condition === 'frozen') return condition;
  const serves = picture.dns.active === region.name;
  const writes = picture.regions[writerSide(picture)]?.name === region.name;
  if (serves && writes) return 'active';
  if (serves) return 'reads only';
  return writes ? 'writer' : 'standby';
}

const isDown = ({ condition }: Box): boolean => condition === 'lost' || condition === 'frozen';

const known = ({ id, condition, because }: Box): Pick<BoxView, 'id' | 'condition' | 'because'> => ({
  id,
  condition,
  because,
});
