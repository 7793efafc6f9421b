// One run, for a terminal: everything it depended on, what happened in order, and what came of it. The same result
// prints the same bytes, on any machine.

import { describeFault, REGIONS } from '../faults.ts';
import type { RunOptions } from '../options.ts';
import { type MoveSeen, type Outage, PHASES, type RunResult, type TraceEntry } from '../result.ts';
import { countText, percentText, plural, secondsText } from './figures.ts';
import { beside, type Line, type Look, padded, padLeft, printed, words } from './lines.ts';
import { choices } from './settings.ts';

const NAME = 12;
const MOMENT = 9;
const WHERE = 10;
const MOST_EVENT = 28;
/** Below this an event's reason stands under it, not beside it. */
const LEAST_BESIDE = 30;

const MARKED: readonly (readonly [RegExp, 'bad' | 'good' | 'warning'])[] = [
  [/violat|\b(lost|failed|crashed|hung|refused|timed-out|began)\b/, 'bad'],
  [/\b(promoted|recovered|restored|healed|ended|connected|finished|opened)\b/, 'good'],
  [/\b(alarm|answer|failover|switchover|failback|health|latch|fenced|demoted|decision)/, 'warning'],
];

const toneOf = (event: string) => MARKED.find(([pattern]) => pattern.test(event))?.[1] ?? 'plain';

const moment = (seconds: number): string => padLeft(seconds.toFixed(2), MOMENT);

const field = (name: string, text: string, look: Look): readonly Line[] =>
  beside([words(`  ${padded(name, NAME)}`, 'dim')], text, 'plain', look.columns);

/** Whole where short, else as many digits as say something. */
const exact = (value: string): string => {
  const number = Number(value);
  return value === '' || Number.isNaN(number) || Number.isInteger(number)
    ? value
    : String(Number(number.toPrecision(6)));
};

function optionsLines(options: RunOptions, look: Look): readonly Line[] {
  const {
    seed: _seed,
    faults: _faults,
    core,
    safetyMs,
    livenessMs,
    linkDelayMs,
    traffic,
    timings,
    ...parts
  } = options;
  const { edges, ...rates } = traffic;
  const listed = (part: object): string =>
    choices(part)
      .map(([name, value]) => `${name} ${exact(value)}`)
      .join(', ');
  return [
    ...field(
      'phases',
      `${safetyMs / 1000} s in which anything may fail${
        livenessMs > 0
          ? `, then ${livenessMs / 1000} s to recover in; ${core === 'all' ? 'everything heals' : `${REGIONS[core]} stays lost`}`
          : ''
      }`,
      look,
    ),
    ...Object.entries(parts).flatMap(([name, part]) => field(name, listed(part), look)),
    ...field('traffic', `${listed(rates)}, edges ${edges.map((edge) => edge.toFixed(3)).join(' ')}`, look),
    ...field(
      'timings',
      Object.entries(timings)
        .map(([name, { medianMs, sigma }]) => `${name} ${secondsText(medianMs / 1000)} (sigma ${sigma})`)
        .join(', '),
      look,
    ),
    ...field('link', `${exact(String(linkDelayMs))} ms one way`, look),
  ];
}

const faultLines = ({ faults }: RunOptions, look: Look): readonly Line[] =>
  faults.length === 0
    ? [[words('  none', 'dim')]]
    : faults.flatMap((fault, n) =>
        beside(
          [words(`  ${padLeft(String(n + 1), 2)}  `, 'dim')],
          describeFault(fault),
          'plain',
          look.columns,
        ),
      );

function traceLines(trace: readonly TraceEntry[], look: Look): readonly Line[] {
  if (trace.length === 0) return [[words('  no trace was kept', 'dim')]];
  const wide = Math.min(MOST_EVENT, Math.max(...trace.map(({ event }) => event.length)));
  return trace.flatMap(({ atMs, where, event, subject, because }) => {
    const start: Line = [
      words(`${moment(atMs / 1000)}  `, 'bold'),
      words(`${padded(where, WHERE)} `, 'place'),
      words(`${padded(event, wide)} `, toneOf(event)),
    ];
    const indent = MOMENT + 2 + WHERE + 1 + wide + 1;
    const text = [subject, because].filter((part) => part !== '').join(': ');
    if (look.columns - indent >= LEAST_BESIDE) return beside(start, text, 'plain', look.columns);
    return [start, ...beside([words(' '.repeat(MOMENT + 2))], text, 'plain', look.columns)];
  });
}

const moveText = ({
  kind,
  to,
  epoch,
  decidedSeconds,
  promotedSeconds,
  lostWrites,
  rpoSeconds,
}: MoveSeen): string =>
  `${kind} to ${to}, epoch ${epoch}: decided ${decidedSeconds === null ? 'by nobody seen' : `at ${secondsText(decidedSeconds)}`}, promoted at ${secondsText(promotedSeconds)}, ${
    lostWrites === 0
      ? 'nothing lost'
      : `${plural(lostWrites, 'write')} lost, the oldest ${secondsText(rpoSeconds)} old`
  }`;

const outageText = (outages: readonly Outage[]): string =>
  outages.length === 0
    ? 'none'
    : outages
        .map(({ fromSeconds, toSeconds }) =>
          toSeconds === null
            ? `from ${secondsText(fromSeconds)} to the end`
            : `from ${secondsText(fromSeconds)} to ${secondsText(toSeconds)} (${secondsText(toSeconds - fromSeconds)})`,
        )
        .join('; ');

function recoveryText({ lossSeconds, rtoWritesSeconds, rtoReadsSeconds, phases }: RunResult): string {
  if (lossSeconds === null) return 'no region was lost to its viewers';
  const back = (name: string, seconds: number | null): string =>
    seconds === null ? `${name} never came back for good` : `${name} back after ${secondsText(seconds)}`;
  const split =
    phases === null ? '' : ` (${PHASES.map((phase) => `${phase} ${secondsText(phases[phase])}`).join(', ')})`;
  return `lost at ${secondsText(lossSeconds)}; ${back('writes', rtoWritesSeconds)}, ${back('reads', rtoReadsSeconds)}${split}`;
}

function outcomeLines(result: RunResult, look: Look): readonly Line[] {
  const { writes, reads, assets, lostWrites, rpoSeconds, rescuedWrites, toldSeconds, options } = result;
  const share = ({ asked, succeeded }: RunResult['writes']): string =>
    `${percentText(asked === 0 ? null : succeeded / asked)} of ${countText(asked)}`;
  const convergence =
    result.convergedSeconds === null
      ? `not within ${options.livenessMs / 1000} s; missing: ${result.missing.join(', ') || 'nothing named'}`
      : `after ${secondsText(result.convergedSeconds)}`;
  return [
    ...field('recovery', recoveryText(result), look),
    ...field(
      'data',
      lostWrites === 0
        ? 'nothing acknowledged was lost'
        : `${plural(lostWrites, 'acknowledged write')} lost, the oldest ${secondsText(rpoSeconds)} old; ${countText(rescuedWrites)} rescued`,
      look,
    ),
    ...result.moves.flatMap((move) => field('move', moveText(move), look)),
    ...field('judgement', result.judgement, look),
    ...field('told', toldSeconds === null ? 'nobody' : `at ${secondsText(toldSeconds)}`, look),
    ...field(
      'requests',
      `writes ${share(writes)}, reads ${share(reads)}, assets ${share(assets)} succeeded`,
      look,
    ),
    ...field('outages', `writes: ${outageText(result.outages.writes)}`, look),
    ...field('', `reads: ${outageText(result.outages.reads)}`, look),
    ...(options.livenessMs > 0 ? field('converged', convergence, look) : []),
    ...field('ended', `at ${secondsText(result.endedSeconds)}, after ${plural(result.steps, 'step')}`, look),
  ];
}

const violationLines = ({ violations }: RunResult, look: Look): readonly Line[] =>
  violations.flatMap(({ invariant, atSeconds, because }) =>
    beside(
      [words('  ✗ ', 'bad'), words(`${secondsText(atSeconds)} `, 'bold')],
      `${invariant}: ${because}`,
      'bad',
      look.columns,
    ),
  );

export function traceText(result: RunResult, look: Look): string {
  const safe = result.verdict === 'safe';
  const title = (text: string): readonly Line[] => [[], [words(text, 'bold')]];
  return printed(
    [
      [words(`Run of seed ${result.seed}`, 'bold')],
      ...optionsLines(result.options, look),
      ...title('Faults'),
      ...faultLines(result.options, look),
      ...title('Timeline (seconds)'),
      ...traceLines(result.trace, look),
      ...title('Outcome'),
      ...outcomeLines(result, look),
      ...(result.violations.length > 0 ? title('Broken invariants') : []),
      ...violationLines(result, look),
      [],
      [
        words(safe ? '✓ SAFE' : '✗ VIOLATED', safe ? 'good-badge' : 'bad-badge'),
        words(`  seed ${result.seed}`),
      ],
    ],
    look,
  );
}
