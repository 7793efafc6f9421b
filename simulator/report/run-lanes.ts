// What happened in one run, sorted into lanes: faults, what viewers saw, moves, and the events of the trace by whom
// they concern. Pure values; the picture draws them.

import { describeFault, type Fault, REGIONS } from '../faults.ts';
import { PHASES, type RunResult, type TraceEntry } from '../result.ts';
import { secondsText } from './figures.ts';

export interface Span {
  readonly fromSeconds: number;
  /** null: to the end. */
  readonly toSeconds: number | null;
  readonly label: string;
  readonly words: string;
  readonly kind: 'fault' | 'outage' | 'phase' | 'move';
}

export interface Mark {
  readonly atSeconds: number;
  readonly label: string;
  readonly words: string;
  readonly kind: 'event' | 'violation' | 'fault';
}

export interface RunLane {
  readonly title: string;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
}

/** By the first word of an event, as the engine's journal names them. */
const CONCERNS: readonly (readonly [title: string, events: RegExp])[] = [
  ['DNS and edges', /^(answer|health-check|origin|edge|latch|alarm|resolver|link)\b/],
  ['Controllers', /^(controller|sns|topic|memory|operator)\b/],
  ['Database', /^(cluster|membership|instance|replication|writer|reader|fence|rescue)\b/],
  ['Tasks', /^(task|service|target|capacity|zone)\b/],
];

const OTHERS = 'Everything else';

const eventMark = ({ atMs, where, event, subject, because }: TraceEntry): Mark => ({
  atSeconds: atMs / 1000,
  label: event,
  words: `${secondsText(atMs / 1000)} ${where}: ${[event, subject, because].filter((part) => part !== '').join(', ')}`,
  kind: 'event',
});

function eventLanes(trace: readonly TraceEntry[]): readonly RunLane[] {
  const titleOf = ({ event }: TraceEntry): string =>
    CONCERNS.find(([, events]) => events.test(event))?.[0] ?? OTHERS;
  const seen = trace.filter(({ where }) => where !== 'run');
  return [...CONCERNS.map(([title]) => title), OTHERS].flatMap((title) => {
    const marks = seen.filter((entry) => titleOf(entry) === title).map(eventMark);
    return marks.length === 0 ? [] : [{ title, spans: [], marks }];
  });
}

/** The second phase ends every fault, but for the loss of a region that the other has to do without. */
function healedSeconds({ options, trace }: RunResult, fault: Fault): number | null {
  const { livenessMs, safetyMs, core } = options;
  if (livenessMs === 0) return null;
  if (core === 'all' || fault.kind !== 'region-loss' || fault.region !== core) return safetyMs / 1000;
  const restored = trace.find(
    ({ atMs, event, where }) => event === 'region.restored' && where === REGIONS[core] && atMs >= safetyMs,
  );
  return restored === undefined ? null : restored.atMs / 1000;
}

/** One lane for each fault: they overlap, and which of them did is what matters. */
function faultLanes(result: RunResult): readonly RunLane[] {
  const { options } = result;
  return options.faults.map((fault, n) => {
    const fromSeconds = fault.atMs / 1000;
    const words = describeFault(fault);
    const title = `Fault ${n + 1}`;
    const label = words.slice(0, words.indexOf(' at '));
    if (!('forMs' in fault))
      return { title, spans: [], marks: [{ atSeconds: fromSeconds, label, words, kind: 'fault' }] };
    const heals = healedSeconds(result, fault);
    const own = fault.forMs === null ? null : fromSeconds + fault.forMs / 1000;
    const toSeconds = own === null || heals === null ? (own ?? heals) : Math.min(own, heals);
    return { title, spans: [{ fromSeconds, toSeconds, label, words, kind: 'fault' }], marks: [] };
  });
}

function outageLane(title: string, outages: RunResult['outages']['writes']): RunLane {
  return {
    title,
    marks: [],
    spans: outages.map(({ fromSeconds, toSeconds }) => ({
      fromSeconds,
      toSeconds,
      label: toSeconds === null ? 'out to the end' : `out ${secondsText(toSeconds - fromSeconds)}`,
      words: `${title}: fewer than 99 % succeeded from ${secondsText(fromSeconds)} ${toSeconds === null ? 'to the end' : `to ${secondsText(toSeconds)}`}`,
      kind: 'outage',
    })),
  };
}

function phaseLane({ lossSeconds, phases }: RunResult): readonly RunLane[] {
  if (lossSeconds === null || phases === null) return [];
  let reached = lossSeconds;
  const spans = PHASES.map((phase): Span => {
    const fromSeconds = reached;
    reached += phases[phase];
    const words = `${phase} ${secondsText(phases[phase])}`;
    return { fromSeconds, toSeconds: reached, label: words, words, kind: 'phase' };
  });
  return [
    {
      title: 'Recovery',
      spans: spans.filter(({ fromSeconds, toSeconds }) => toSeconds !== fromSeconds),
      marks: [],
    },
  ];
}

function moveLane({ moves }: RunResult): readonly RunLane[] {
  if (moves.length === 0) return [];
  const spans = moves.map(({ kind, to, epoch, decidedSeconds, promotedSeconds, lostWrites }): Span => {
    const label = `${kind} to ${to}`;
    return {
      fromSeconds: decidedSeconds ?? promotedSeconds,
      toSeconds: promotedSeconds,
      label,
      words: `${label}, epoch ${epoch}: promoted at ${secondsText(promotedSeconds)}, ${lostWrites} writes lost`,
      kind: 'move',
    };
  });
  return [{ title: 'Moves', spans, marks: [] }];
}

function violationLane({ violations }: RunResult): readonly RunLane[] {
  if (violations.length === 0) return [];
  const marks = violations.map(
    ({ invariant, atSeconds, because }): Mark => ({
      atSeconds,
      label: `${invariant} (${secondsText(atSeconds)})`,
      words: `${secondsText(atSeconds)} ${invariant}: ${because}`,
      kind: 'violation',
    }),
  );
  return [{ title: 'Broken', spans: [], marks }];
}

export const lanesOf = (result: RunResult): readonly RunLane[] => [
  ...faultLanes(result),
  outageLane('Writes', result.outages.writes),
  outageLane('Reads', result.outages.reads),
  ...phaseLane(result),
  ...moveLane(result),
  ...eventLanes(result.trace),
  ...violationLane(result),
];

const BEFORE_SECONDS = 60;
const AFTER_SECONDS = 120;

/** From shortly before the first fault until shortly after the last thing that mattered. */
export function windowOf(result: RunResult): readonly [fromSeconds: number, toSeconds: number] {
  const {
    options,
    outages,
    moves,
    violations,
    endedSeconds,
    lossSeconds,
    rtoWritesSeconds,
    convergedSeconds,
  } = result;
  const faults = options.faults.map(({ atMs }) => atMs / 1000);
  const ends = [
    ...faults,
    ...[...outages.writes, ...outages.reads].map(({ toSeconds }) => toSeconds ?? endedSeconds),
    ...moves.map(({ promotedSeconds }) => promotedSeconds),
    // What was only found when the run was over must not squeeze the rest.
    ...violations.map(({ atSeconds }) => atSeconds).filter((atSeconds) => atSeconds < endedSeconds - 1),
    (lossSeconds ?? 0) + (rtoWritesSeconds ?? 0),
    convergedSeconds === null ? 0 : options.safetyMs / 1000 + convergedSeconds,
  ];
  const from = Math.max(0, Math.min(endedSeconds, ...faults) - BEFORE_SECONDS);
  const to = Math.max(from + 1, Math.min(Math.max(endedSeconds, 1), Math.max(...ends) + AFTER_SECONDS));
  return [from, to];
}
