// What many runs found out as one page that needs nothing else: no script, no font, no picture from elsewhere. The
// verdicts first, then recovery and data as distributions, what was broken, and the worst runs as timelines.

import { type Judgement, PHASES, type RunResult } from '../result.ts';
import { neverText, sizeText, verdictText } from './claims.ts';
import { markup } from './escape.ts';
import { countText, givenSeconds, percentText, perThousandText, secondsText } from './figures.ts';
import type { Distribution } from './histogram.ts';
import { histogramSvg, legend, type Series } from './histogram-picture.ts';
import { PAGE_STYLE } from './page-style.ts';
import {
  type CellOf,
  comparisonTable,
  mono,
  namedTable,
  number,
  percentilesTable,
  settingsTable,
  table,
  traceTable,
} from './page-tables.ts';
import { runSvg } from './run-picture.ts';
import { settingText } from './settings.ts';
import type { Summary } from './summary.ts';
import { FIGURE_NAMES } from './tally.ts';
import type { Replay } from './text.ts';
import { headlineOf } from './worst.ts';

export interface PageLook {
  readonly title?: string;
  readonly replay?: Replay;
}

/** Nothing but the page's own styles may act, whatever a name in it tries. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

function verdict(summary: Summary, tag: 'h1' | 'h2'): string {
  const safe = summary.verdict === 'safe';
  const notes = [settingText(summary.setting), sizeText(summary), neverText(summary)].filter(
    (one) => one !== '',
  );
  return `<header class="verdict ${summary.verdict}"><${tag}>${safe ? '✓ Safe' : '✗ Violated'}</${tag}><p><b>${markup(summary.label)}</b>: ${markup(verdictText(summary))}${notes
    .map((note) => `<small>${markup(note)}</small>`)
    .join('')}</p></header>`;
}

interface Tile {
  readonly name: string;
  readonly figure: string;
  readonly of: string;
  readonly ok: boolean | null;
}

function tilesOf({ figures, judgements, succeeded }: Summary): readonly Tile[] {
  const timed = (name: string, of: Distribution): Tile => {
    const p99 = of.percentiles.p99;
    const none = of.count + of.never === 0;
    return {
      name: `${name}, p99`,
      figure: secondsText(p99, none ? '–' : 'never'),
      of: none
        ? 'not counted'
        : `${percentText(of.shareWithinBudget)} within ${givenSeconds(of.budget ?? 0)}; half within ${secondsText(of.percentiles.p50)}`,
      ok: none ? null : p99 !== null && of.budget !== null && p99 <= of.budget,
    };
  };
  const astray = judgements.wrong.runs + judgements.missed.runs;
  return [
    timed(FIGURE_NAMES.rtoWrites, figures.rtoWrites),
    timed(FIGURE_NAMES.rtoReads, figures.rtoReads),
    timed(FIGURE_NAMES.rpo, figures.rpo),
    {
      name: 'Wrong or missed',
      figure: `${perThousandText(judgements.wrong.perThousand + judgements.missed.perThousand)} ‰`,
      of: `${countText(judgements.wrong.runs)} wrong, ${countText(judgements.missed.runs)} missed, ${countText(judgements.right.runs)} right`,
      ok: astray === 0,
    },
    {
      name: 'Requests that succeeded',
      figure: percentText(succeeded.all),
      of: `writes ${percentText(succeeded.writes)}, reads ${percentText(succeeded.reads)}, assets ${percentText(succeeded.assets)}`,
      ok: null,
    },
  ];
}

function tile({ name, figure, of, ok }: Tile): string {
  const sign = ok === null ? '' : ok ? ' <b class="good">✓ ok</b>' : ' <b class="bad">✗ not ok</b>';
  return `<div class="tile"><dt>${markup(name)}${sign}</dt><dd><div class="figure">${markup(figure)}</div><span class="of">${markup(of)}</span></dd></div>`;
}

const head = (summaries: readonly Summary[]): string =>
  summaries
    .map(
      (summary, n) =>
        `${verdict(summary, n === 0 ? 'h1' : 'h2')}\n<dl class="tiles">${tilesOf(summary).map(tile).join('\n')}</dl>`,
    )
    .join('\n');

function picture(id: string, title: string, series: readonly Series[]): string {
  const drawn = histogramSvg(id, title, series);
  return `<figure><figcaption>${markup(title)}</figcaption>${drawn ?? '<p class="note">Nothing was counted.</p>'}<details><summary>The same in figures</summary>${percentilesTable(title, series)}</details></figure>`;
}

function distributions(summaries: readonly Summary[]): string {
  const series = (of: (summary: Summary) => Distribution): readonly Series[] =>
    summaries.map((summary) => ({ label: summary.label, of: of(summary) }));
  const figure = (
    name: 'rtoWrites' | 'rtoReads' | 'rpo' | 'lostWrites' | 'told' | 'converged',
    title: string,
  ) =>
    picture(
      `picture-${name}`,
      title,
      series(({ figures }) => figures[name]),
    );
  const key = legend(summaries.map(({ label }) => label));
  return `<section><h2>Recovery</h2><p>Shares of the runs in which a region was lost to its viewers.</p>${key}
<div class="grid2">${figure('rtoWrites', 'RTO, writes')}${figure('rtoReads', 'RTO, reads')}</div></section>
<section><h2>Data</h2><p>Shares of the runs in which data was at stake.</p>${key}
<div class="grid2">${figure('rpo', 'RPO: age of the oldest lost write')}${figure('lostWrites', 'Lost writes')}</div></section>
<section><h2>Phases</h2>${key}
<div class="grid2">${PHASES.map((phase) =>
    picture(
      `picture-${phase}`,
      phase,
      series(({ phases }) => phases[phase]),
    ),
  ).join('\n')}</div></section>
<section><h2>People and convergence</h2>${key}
<div class="grid2">${figure('told', 'From the loss until somebody was told')}${figure('converged', 'Second phase: until all was well again')}</div></section>`;
}

const JUDGED: readonly (readonly [Judgement, string])[] = [
  ['right', 'moved, rightly'],
  ['wrong', 'moved, wrongly: the region would have done'],
  ['missed', 'missed: it should have moved'],
  ['none-needed', 'none needed and none made'],
];

function judgement(summaries: readonly Summary[]): string {
  const rows = JUDGED.map(([judged, name]): readonly CellOf[] => [
    name,
    ...summaries.flatMap(({ judgements }) => [
      number(countText(judgements[judged].runs)),
      number(`${perThousandText(judgements[judged].perThousand)} ‰`),
    ]),
  ]);
  const names = summaries.flatMap(({ label }) => [number(`${label}: runs`), number('per thousand')]);
  return `<section><h2>Judgement</h2>${table('Whether moving was right', ['', ...names], rows)}</section>`;
}

function findings(summary: Summary, replay: Replay | null): string {
  const { label, violations, missing, worst } = summary;
  const broken =
    violations.length === 0
      ? '<p>No invariant was broken.</p>'
      : namedTable('Broken invariants', violations, summary, replay);
  const rows = worst.map(({ seed, headline }): readonly CellOf[] => [
    number(String(seed)),
    headline,
    ...(replay ? [mono(replay(seed, label))] : []),
  ]);
  return `<section><h2>Findings: ${markup(label)}</h2>${broken}
${missing.length > 0 ? namedTable('Still missing at the end of the second phase', missing, summary, null) : ''}
${rows.length > 0 ? table('Worst runs', [number('seed'), 'what happened', ...(replay ? ['to see it'] : [])], rows) : ''}</section>`;
}

function run(result: RunResult, n: number): string {
  const { seed, trace, options } = result;
  const { healthCheck, policy } = options;
  const under = `Policy ${policy.mode}, health check ${healthCheck.intervalSeconds} s × ${healthCheck.failureThreshold}`;
  const title = `Seed ${seed}`;
  return `<section><h2>${title} ${result.verdict === 'safe' ? '<b class="good">✓ safe</b>' : '<b class="bad">✗ violated</b>'}</h2><p>${markup(`${under}: ${headlineOf(result)}`)}</p>
<div class="scroll wide" tabindex="0" role="region" aria-label="${title}">${runSvg(`run-${n}`, result)}</div>
${trace.length > 0 ? `<details><summary>The trace in words</summary>${traceTable(result)}</details>` : '<p class="note">No trace was kept.</p>'}</section>`;
}

/** Policies stand side by side where they met the same schedule: storms and single losses are no two answers to one question. */
function sideBySide(summaries: readonly Summary[]): string {
  const schedules = [...new Set(summaries.map(({ setting }) => setting.schedule))];
  return schedules
    .map((schedule) => summaries.filter(({ setting }) => setting.schedule === schedule))
    .filter((same) => same.length > 1)
    .map((same) => `<section><h2>Side by side</h2>${comparisonTable(same)}</section>`)
    .join('\n');
}

export function simulationHtml(
  summaries: readonly Summary[],
  worst: readonly RunResult[],
  { title = 'Understudy simulation', replay }: PageLook = {},
): string {
  const violated = summaries.some((summary) => summary.verdict === 'violated');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<title>${violated ? '✗ violated' : '✓ safe'}: ${markup(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<div class="overline"><b>${markup(title)}</b>: virtual time, the controller's and the engine's own decisions, faults drawn from seeds</div>
${summaries.length === 0 ? '<p>No summary.</p>' : head(summaries)}
${sideBySide(summaries)}
${summaries.length > 0 ? distributions(summaries) + judgement(summaries) : ''}
${summaries.map((summary) => findings(summary, replay ?? null)).join('\n')}
${worst.map(run).join('\n')}
${summaries.length > 0 ? `<section><h2>Settings</h2>${settingsTable(summaries)}</section>` : ''}
<p class="note">RTO is the moment from which everything succeeded without interruption, less the moment of the loss; RPO is the age of the oldest acknowledged write that is gone. A run that did not recover counts as longer than any other: percentiles say “never” from there on.</p>
</main>
</body>
</html>
`;
}
