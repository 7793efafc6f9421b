/**
 * The picture's boxes from what the system tells: which there are, in the order in which the keyboard visits them,
 * what each says, and where it sits. Pure; the components draw what is here.
 */
import type { Box, Condition, EdgePicture, Picture } from '@understudy/engine/console';
import type { Slots } from '../state/slots.ts';
import { rateText, shareText } from '../words/format.ts';
import { type BoxView, known, plain } from './box-view.ts';
import * as at from './layout.ts';
import { regionBoxes } from './region-boxes.ts';
import { writerSide } from './roles.ts';

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

const isDown = ({ condition }: Box): boolean => condition === 'lost' || condition === 'frozen';
