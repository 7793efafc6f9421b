/**
 * A drill's result as one page that needs nothing else: no script, no font, no picture from elsewhere. The
 * verdict and its figures are to be read from across a room, the rest from the chair. Pure.
 */
import type { DrillResult } from '../result.ts';
import { markup } from './escape.ts';
import {
  countText,
  failbackText,
  givenSeconds,
  plural,
  secondsText,
  speedNote,
  story,
  within,
} from './figures.ts';
import { panelsOf, panelText } from './moments.ts';
import { PAGE_STYLE } from './page-style.ts';
import { pictureSvg } from './picture.ts';
import { checksTable, lostTable, phaseTable, secondsTable, settingsTable, timelineTable } from './tables.ts';

/** A report is to be attached to a mail or a build without a thought. */
const MOST_BYTES = 480_000;
const LEAST_TIMELINE_BYTES = 40_000;

/** Nothing but the page's own styles may act, whatever a name in it tries. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

interface Tile {
  readonly name: string;
  readonly figure: string;
  readonly of: string;
  readonly ok: boolean;
  /** What was taken of what is allowed. */
  readonly share?: number;
}

function tilesOf(result: DrillResult): readonly Tile[] {
  const { rto, rpo, budget, failback } = result;
  const recovery = (name: string, seconds: number | null): Tile => ({
    name,
    figure: secondsText(seconds),
    of: `of ${givenSeconds(budget.rtoSeconds)} allowed`,
    ok: within(seconds, budget.rtoSeconds),
    share: seconds === null ? 1 : seconds / budget.rtoSeconds,
  });
  return [
    recovery('RTO, writes', rto.writesSeconds),
    recovery('RTO, reads', rto.readsSeconds),
    {
      name: 'RPO',
      figure: secondsText(rpo.seconds),
      of: `of ${givenSeconds(budget.rpoSeconds)} allowed; ${plural(rpo.lostWrites, 'order')} lost`,
      ok: within(rpo.seconds, budget.rpoSeconds),
      share: rpo.seconds / (budget.rpoSeconds || 1),
    },
    {
      name: 'Duplicates',
      figure: countText(result.duplicates),
      of: `in ${countText(result.acknowledged)} acknowledged; ${countText(result.unresolved)} unresolved`,
      ok: result.duplicates === 0,
    },
    {
      name: 'Failback loss',
      figure: failback.done ? countText(failback.lostWrites) : '–',
      of: failbackText(failback),
      ok: failback.done && failback.lostWrites === 0,
    },
  ];
}

function tile({ name, figure, of, ok, share }: Tile): string {
  const [number, unit] = figure.split(' ');
  const meter =
    share === undefined
      ? ''
      : `<span class="meter${ok ? '' : ' over'}" aria-hidden="true"><i style="width:${(Math.min(1, Math.max(0, share)) * 100).toFixed(1)}%"></i></span>`;
  return `<div class="tile"><dt>${markup(name)} ${ok ? '<b class="good">✓ ok</b>' : '<b class="bad">✗ not ok</b>'}</dt><dd><div class="figure">${markup(number ?? '')}${unit ? ` <small>${markup(unit)}</small>` : ''}</div>${meter}<span class="of">${markup(of)}</span></dd></div>`;
}

/** Regions' names hold together at the end of a line. */
function unbroken(words: string, { regions }: DrillResult): string {
  const name = markup(regions.survivor);
  return name ? words.replaceAll(name, `<span class="whole">${name}</span>`) : words;
}

function head(result: DrillResult): string {
  const passed = result.verdict === 'passed';
  return `<div class="overline"><span>Understudy drill <b>${markup(result.drill)}</b></span><span>started ${markup(result.startedAt)}</span><span>speed ${result.speed}</span><span>${countText(result.traffic.ordersPerSecond)} orders/s, ${countText(result.traffic.readsPerSecond)} reads/s</span></div>
<header class="verdict ${passed ? 'passed' : 'failed'}"><h1>${passed ? '✓ Passed' : '✗ Failed'}</h1><p>${unbroken(markup(story(result)), result)}</p></header>
<dl class="tiles">${tilesOf(result).map(tile).join('\n')}</dl>`;
}

function panels(result: DrillResult): string {
  return panelsOf(result)
    .map(
      (panel) => `<section><h2>${markup(panel.title)}</h2><p>${markup(panelText(panel))}${
        panel.id === 'loss' ? '; the tinted stretch is the time without reliable writes' : ''
      }</p>
<div class="scroll" tabindex="0" role="region" aria-label="${markup(panel.title)}">${pictureSvg(result, panel)}</div>
<details><summary>The same in figures</summary>${secondsTable(result, panel)}</details></section>`,
    )
    .join('\n');
}

function lost(result: DrillResult): string {
  const { rpo, rescued } = result;
  const words =
    rpo.lostWrites === 0
      ? 'None: every acknowledged order was found afterwards.'
      : `${plural(rpo.lostWrites, 'acknowledged order')} did not reach the other region before the loss.${
          rescued === null ? '' : ` The rescue file holds ${countText(rescued)}.`
        }`;
  return `<section><h2>Lost orders</h2><p>${markup(words)}</p>${rpo.lost.length ? lostTable(result) : ''}</section>`;
}

export function htmlReport(result: DrillResult): string {
  const passed = result.verdict === 'passed';
  const before = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${passed ? '✓ passed' : '✗ failed'}: ${markup(result.drill)}, ${markup(result.startedAt)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${head(result)}
${panels(result)}
<section><h2>Phases</h2>${phaseTable(result)}</section>
<section><h2>Checks</h2>${result.checks.length ? checksTable(result) : '<p>None was made.</p>'}</section>
${lost(result)}
`;
  const after = `
<section><h2>Settings</h2>${settingsTable(result)}</section>
<p class="note">${markup(speedNote(result.speed))} RTO is the moment of the first success that is followed by nothing but success, less the moment of the loss; RPO is the age of the oldest acknowledged order that is gone.</p>
</main>
</body>
</html>
`;
  const room = Math.max(
    LEAST_TIMELINE_BYTES,
    MOST_BYTES - Buffer.byteLength(before) - Buffer.byteLength(after),
  );
  return `${before}<section class="events"><h2>Timeline</h2>${timelineTable(result, room)}</section>${after}`;
}
