/**
 * The picture's arrows: the ways that requests and replication take, with how much goes along each by outcome.
 * The system tells flows from box to box; tasks are bundled by zone, and what enters a region passes the switch. Pure.
 */
import type { Flow, Picture, RegionPicture } from '@understudy/engine/console';
import { lagText, rateText } from '../words/format.ts';
import * as at from './layout.ts';
import { writerSide } from './roles.ts';

export interface ArrowView {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly path: string;
  readonly okPerSecond: number;
  readonly refusedPerSecond: number;
  readonly failedPerSecond: number;
  readonly kind: 'requests' | 'replication';
  /** Nothing can pass: what it leads to is gone, or the link is cut. */
  readonly isBroken: boolean;
  readonly label: string;
  readonly labelAt: at.Point;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly hasHead: boolean;
}

type Rates = Pick<ArrowView, 'okPerSecond' | 'refusedPerSecond' | 'failedPerSecond'>;

export function arrowsOf(picture: Picture): readonly ArrowView[] {
  return [
    ...picture.edges.map((edge, index) => edgeArrow(picture, edge.id, index)),
    ...picture.regions
      .slice(0, 2)
      .flatMap((region, side) => [
        entryArrow(picture, region, side),
        ...region.zones.slice(0, 3).flatMap((zone, index) => zoneArrows(picture, region, zone, side, index)),
      ]),
    ...(picture.regions.length > 1 ? replicationArrows(picture) : []),
  ];
}

function edgeArrow(picture: Picture, edge: string, index: number): ArrowView {
  const from = at.bottom(at.edgePlace(index, picture.edges.length));
  const to = at.top(at.dnsPlace);
  const middle = (from.y + to.y) / 2;
  return {
    id: `${edge}>dns`,
    from: edge,
    to: 'dns',
    path: at.pathThrough([from, { x: from.x, y: middle }, { x: to.x, y: middle }, to]),
    ...ratesOf(picture.flows.filter((flow) => flow.from === edge && flow.to.endsWith('/load-balancer'))),
    kind: 'requests',
    isBroken: false,
    label: '',
    labelAt: from,
    anchor: 'middle',
    hasHead: false,
  };
}

function entryArrow(picture: Picture, region: RegionPicture, side: number): ArrowView {
  const from = side === 0 ? at.left(at.dnsPlace) : at.right(at.dnsPlace);
  const to = at.top(at.loadBalancerPlace(side));
  const rates = ratesOf(picture.flows.filter(({ to: end }) => end === `${region.name}/load-balancer`));
  return {
    id: `dns>${region.name}`,
    from: 'dns',
    to: `${region.name}/load-balancer`,
    path: at.pathThrough([from, { x: to.x, y: from.y }, to], 14),
    ...rates,
    kind: 'requests',
    isBroken: region.process.condition === 'lost',
    label: rateLabel(rates),
    labelAt: { x: to.x + (side === 0 ? -14 : 14), y: from.y + 5 },
    anchor: side === 0 ? 'end' : 'start',
    hasHead: true,
  };
}

function zoneArrows(
  picture: Picture,
  region: RegionPicture,
  zone: string,
  side: number,
  index: number,
): readonly ArrowView[] {
  const place = at.zonePlace(side, index);
  const { x } = at.top(place);
  const tasks = new Set(region.tasks.filter((task) => task.zone === zone).map(({ id }) => id));
  const share = region.tasks.length === 0 ? 0 : tasks.size / region.tasks.length;
  const shared = {
    kind: 'requests' as const,
    label: '',
    labelAt: { x, y: 0 },
    anchor: 'middle' as const,
    hasHead: true,
  };
  const isBroken = region.process.condition === 'lost' || tasks.size === 0;
  return [
    {
      ...shared,
      id: `${region.name}/load-balancer>${zone}`,
      from: `${region.name}/load-balancer`,
      to: `zone/${zone}`,
      path: at.pathThrough([
        { x, y: at.bottom(at.loadBalancerPlace(side)).y },
        { x, y: place.y },
      ]),
      ...ratesOf(picture.flows.filter(({ to }) => tasks.has(to))),
      isBroken,
    },
    {
      ...shared,
      id: `${zone}>database`,
      from: `zone/${zone}`,
      to: region.database.id,
      path: at.pathThrough([at.bottom(place), { x, y: at.databasePlace(side).y }]),
      ...ratesOf(between(picture, region.service.id, region.database.id), share),
      isBroken,
    },
  ];
}

function replicationArrows(picture: Picture): readonly ArrowView[] {
  const [one, other] = picture.regions as readonly [RegionPicture, RegionPicture];
  const writer = Math.max(0, writerSide(picture));
  const [source, target] = writer === 0 ? [one, other] : [other, one];
  const isCut = picture.links.some(({ from, to, cut }) => cut && from === source.name && to === target.name);
  const isGone = [source, target].some(({ process }) => process.condition === 'lost');
  const follows = !isCut && !isGone && target.database.role === 'secondary';
  const ends = (place: (side: number) => at.Place): readonly [at.Point, at.Point] =>
    writer === 0 ? [at.right(place(0)), at.left(place(1))] : [at.left(place(1)), at.right(place(0))];
  const arrow = (id: string, points: readonly [at.Point, at.Point], boxes: readonly [string, string]) => ({
    id,
    from: boxes[0],
    to: boxes[1],
    path: at.pathThrough(points),
    refusedPerSecond: 0,
    failedPerSecond: 0,
    kind: 'replication' as const,
    hasHead: true,
    labelAt: { x: at.CANVAS.width / 2, y: points[0].y - 10 },
    anchor: 'middle' as const,
  });
  const transactions = ratesOf(between(picture, source.database.id, target.database.id));
  const objects = ratesOf(between(picture, source.bucket.id, target.bucket.id));
  return [
    {
      ...arrow('replication/database', ends(at.databasePlace), [source.database.id, target.database.id]),
      okPerSecond: follows ? transactions.okPerSecond : 0,
      isBroken: !follows,
      label: follows ? lagText(target.database.lagMs) : isCut ? '✕ cut' : '✕ stopped',
    },
    {
      ...arrow(
        'replication/bucket',
        ends((side) => at.cardPlace(side, 'bucket')),
        [source.bucket.id, target.bucket.id],
      ),
      okPerSecond: objects.okPerSecond,
      isBroken: isCut || isGone,
      label:
        isCut || isGone
          ? '✕ held'
          : source.bucket.replicationPending > 0
            ? `${source.bucket.replicationPending} to go`
            : '',
    },
  ];
}

const between = ({ flows }: Picture, one: string, other: string): readonly Flow[] =>
  flows.filter(({ from, to }) => from === one && to === other);

/** Of what the service and its database say to each other, a zone has the share that its tasks are. */
function ratesOf(flows: readonly Flow[], share = 1): Rates {
  const sum = (key: 'perSecond' | 'failedPerSecond' | 'refusedPerSecond'): number =>
    flows.reduce((all, flow) => all + flow[key], 0) * share;
  const failedPerSecond = sum('failedPerSecond');
  const refusedPerSecond = sum('refusedPerSecond');
  return {
    okPerSecond: Math.max(0, sum('perSecond') - failedPerSecond - refusedPerSecond),
    failedPerSecond,
    refusedPerSecond,
  };
}

function rateLabel({ okPerSecond, refusedPerSecond, failedPerSecond }: Rates): string {
  const total = okPerSecond + refusedPerSecond + failedPerSecond;
  if (total < 0.05) return '';
  // Where all of them fare alike, their number is said once.
  const most = Math.max(failedPerSecond, refusedPerSecond);
  const parts = most >= 0.05 && total - most < 0.05 ? [] : [rateText(total)];
  if (failedPerSecond >= 0.05) parts.push(`✕ ${rateText(failedPerSecond)} failed`);
  if (refusedPerSecond >= 0.05) parts.push(`◇ ${rateText(refusedPerSecond)} refused`);
  return parts.join('  ');
}
