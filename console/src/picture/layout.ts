/**
 * Where everything in the picture is: fixed seats on a canvas, the same in every state of the system, so that only
 * what really changes place moves. The second region mirrors the first; what replicates faces its copy. Pure.
 */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const CANVAS = { width: 1120, height: 676 };
export const SEATS_OF_A_ZONE = 4;

const REGION = { y: 218, width: 510, height: 458 };
const INSET = 16;
const INNER = REGION.width - 2 * INSET;
const ZONE = { width: 152, height: 112, gap: 11 };
const CARD = { width: 112, height: 60, gap: 10 };
const INSTANCE = { width: 148, height: 68, gap: 8 };

export type Card = 'controller' | 'notifications' | 'alarms' | 'bucket';
const CARDS: readonly Card[] = ['controller', 'notifications', 'alarms', 'bucket'];

export const dnsPlace: Place = { x: 330, y: 88, width: 460, height: 96 };

/** Edge locations stand in a row, as wide as there is room for. */
export function edgePlace(index: number, count: number): Place {
  const width = Math.min(190, (CANVAS.width - (count - 1) * 12) / count);
  const left = (CANVAS.width - count * width - (count - 1) * 12) / 2;
  return { x: left + index * (width + 12), y: 0, width, height: 56 };
}

export const isMirrored = (side: number): boolean => side % 2 === 1;

export const regionPlace = (side: number): Place => ({
  ...REGION,
  x: side === 0 ? 0 : CANVAS.width - REGION.width,
});

const within = (side: number, x: number, y: number, width: number, height: number): Place => ({
  x: regionPlace(side).x + INSET + x,
  y: REGION.y + y,
  width,
  height,
});

export const loadBalancerPlace = (side: number): Place => within(side, 0, 58, INNER, 46);

export const zonePlace = (side: number, index: number): Place =>
  within(side, index * (ZONE.width + ZONE.gap), 128, ZONE.width, ZONE.height);

/** Beneath the zone's name: two tall rows, or four low ones where some zone of the system needs them. */
export function taskPlace(side: number, zone: number, seat: number, isCrowded: boolean): Place {
  const { x, y } = zonePlace(side, zone);
  const height = isCrowded ? 19 : 38;
  return { x: x + 6, y: y + 26 + seat * (height + 2), width: ZONE.width - 12, height };
}

export const databasePlace = (side: number): Place => within(side, 0, 264, INNER, 94);

/** The first seat is the writer's and faces the other region. */
export function instancePlace(side: number, seat: number): Place {
  const { x, y, width } = databasePlace(side);
  const fromGutter = 13 + (seat + 1) * INSTANCE.width + seat * INSTANCE.gap;
  return {
    x: isMirrored(side) ? x + fromGutter - INSTANCE.width : x + width - fromGutter,
    y: y + 13,
    width: INSTANCE.width,
    height: INSTANCE.height,
  };
}

export function cardPlace(side: number, card: Card): Place {
  const order = isMirrored(side) ? [...CARDS].reverse() : CARDS;
  return within(side, order.indexOf(card) * (CARD.width + CARD.gap), 382, CARD.width, CARD.height);
}

export const linkPlace: Place = { x: 518, y: 274, width: 84, height: 52 };

/** The marker that says where the writer is; it travels. */
export function writerMarkPlace(side: number): Place {
  const { x, y, width } = databasePlace(side);
  const size = { width: 92, height: 22 };
  return { ...size, x: isMirrored(side) ? x + 48 : x + width - 48 - size.width, y: y - 11 };
}

/** The marker that says which region DNS names; it travels too. */
export function servingMarkPlace(side: number): Place {
  const { x, y, width } = regionPlace(side);
  const size = { width: 96, height: 26 };
  return { ...size, x: isMirrored(side) ? x + 16 : x + width - 16 - size.width, y: y - 13 };
}

export const bottom = ({ x, y, width, height }: Place): Point => ({ x: x + width / 2, y: y + height });
export const top = ({ x, y, width }: Place): Point => ({ x: x + width / 2, y });
export const left = ({ x, y, height }: Place): Point => ({ x, y: y + height / 2 });
export const right = ({ x, y, width, height }: Place): Point => ({ x: x + width, y: y + height / 2 });

/** A line through the points with rounded corners, as an SVG path. */
export function pathThrough(points: readonly Point[], radius = 10): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = [`M${first.x} ${first.y}`];
  rest.forEach((corner, index) => {
    const before = points[index]!;
    const after = rest[index + 1];
    const enter = after ? towards(corner, before, radius) : corner;
    parts.push(`L${enter.x} ${enter.y}`);
    if (!after) return;
    const leave = towards(corner, after, radius);
    parts.push(`Q${corner.x} ${corner.y} ${leave.x} ${leave.y}`);
  });
  return parts.join(' ');
}

function towards(from: Point, to: Point, most: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return from;
  const share = Math.min(most, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
