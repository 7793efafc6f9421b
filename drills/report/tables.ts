/** The report's tables: everything that the picture shows, and everything that it has no room for. Pure. */
import { type DrillResult, PHASES } from '../result.ts';
import { cut, markup, shortSubject } from './escape.ts';
import { countText, givenSeconds, lagText, momentText, plural, secondsText, within } from './figures.ts';
import { type Panel, panelText } from './moments.ts';
import { bucketSeconds, buckets } from './scale.ts';

/** Bytes that a table may take where nothing else is said. */
const ROOM = 40_000;
const LONGEST_TEXT = 400;
const MOST_SECONDS = 90;

interface Column {
  readonly head: string;
  readonly kind?: 'number' | 'mono';
}

const cell = (words: string): string => markup(cut(words, LONGEST_TEXT));

/** Cells are markup already. Rows beyond the room are counted, not dropped in silence. */
function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  roomBytes = ROOM,
): string {
  const kind = (n: number): string => (columns[n]?.kind ? ` class="${columns[n].kind}"` : '');
  const drawn: string[] = [];
  let room = roomBytes;
  for (const row of rows) {
    const words = `<tr>${row.map((one, n) => (n === 0 ? `<th scope="row"${kind(n)}>${one}</th>` : `<td${kind(n)}>${one}</td>`)).join('')}</tr>`;
    room -= Buffer.byteLength(words) + 1;
    if (room < 0) break;
    drawn.push(words);
  }
  const left = rows.length - drawn.length;
  const more = left ? `<p class="more">${plural(left, 'more row')} in the JSON form of this report.</p>` : '';
  return `<div class="scroll"><table><caption>${markup(caption)}</caption><thead><tr>${columns
    .map(({ head }, n) => `<th scope="col"${kind(n)}>${markup(head)}</th>`)
    .join('')}</tr></thead><tbody>${drawn.join('\n')}</tbody></table></div>${more}`;
}

const sign = (ok: boolean): string => (ok ? '<b class="good">✓ passed</b>' : '<b class="bad">✗ failed</b>');

/** A bar for what was taken, and a line where the budget ends. */
function phaseBar(took: number | null, allowed: number, most: number): string {
  const share = (seconds: number): string => ((seconds / most) * 100).toFixed(2);
  const over = took !== null && took > allowed ? ' over' : '';
  return `<span class="bar" aria-hidden="true"><i class="took${over}" style="width:${share(took ?? 0)}%"></i><i class="allowed" style="left:${share(allowed)}%"></i></span>`;
}

export function phaseTable({ rto, budget }: DrillResult): string {
  const most =
    Math.max(1, ...PHASES.flatMap((phase) => [rto.phases[phase] ?? 0, budget.phases[phase]])) * 1.02;
  const meaning: Readonly<Record<(typeof PHASES)[number], string>> = {
    detect: 'until DNS answers the other region',
    decide: 'until the promotion is called',
    promote: 'until the other database is the writer',
    redirect: 'until the front door reaches it',
    recover: 'until writes succeed without interruption',
  };
  return table(
    'The recovery by phase, beside its budget',
    [
      { head: 'Phase' },
      { head: 'Took', kind: 'number' },
      { head: 'Budget', kind: 'number' },
      { head: 'Bar: took. Line: budget' },
      { head: '' },
      { head: 'What it is' },
    ],
    PHASES.map((phase) => [
      phase,
      secondsText(rto.phases[phase], 'not seen'),
      givenSeconds(budget.phases[phase]),
      phaseBar(rto.phases[phase], budget.phases[phase], most),
      rto.phases[phase] === null
        ? '–'
        : within(rto.phases[phase], budget.phases[phase])
          ? '<b class="good">✓ within</b>'
          : '<b class="bad">✗ over</b>',
      meaning[phase],
    ]),
  );
}

export function checksTable({ checks }: DrillResult): string {
  return table(
    `${plural(checks.length, 'check')}, ${countText(checks.filter(({ ok }) => !ok).length)} failed`,
    [{ head: 'Check' }, { head: 'Result' }, { head: 'Found' }, { head: 'Allowed' }],
    checks.map(({ name, ok, found, allowed }) => [cell(name), sign(ok), cell(found), cell(allowed)]),
  );
}

export function lostTable({ rpo }: DrillResult): string {
  return table(
    'Acknowledged orders that are gone, oldest first',
    [
      { head: 'Order', kind: 'mono' },
      { head: 'Key', kind: 'mono' },
      { head: 'Acknowledged before the loss', kind: 'number' },
    ],
    rpo.lost.map(({ orderId, key, acknowledgedSecondsBefore }) => [
      cell(orderId) || '(no id)',
      cell(key),
      secondsText(acknowledgedSecondsBefore),
    ]),
  );
}

export function timelineTable({ timeline }: DrillResult, roomBytes: number): string {
  return table(
    'Every event, in AWS seconds since the loss',
    [
      { head: 'Time', kind: 'number' },
      { head: 'Where' },
      { head: 'Event' },
      { head: 'Subject', kind: 'mono' },
      { head: 'Because' },
    ],
    timeline.map(({ atSeconds, where, event, subject, because }) => [
      momentText(atSeconds).replaceAll(' ', '\u00a0'),
      cell(where),
      cell(event),
      cell(shortSubject(subject)),
      cell(because),
    ]),
    roomBytes,
  );
}

/** What a panel of the picture shows, as figures. */
export function secondsTable(result: DrillResult, panel: Panel): string {
  const { fromSeconds, toSeconds } = panel;
  const wide = bucketSeconds(toSeconds - fromSeconds, MOST_SECONDS);
  const regions = [...new Set([result.regions.lost, result.regions.survivor])];
  const rows = buckets(result.seconds, fromSeconds, toSeconds, wide).map((bar) => {
    const seen = result.sightings.findLast(({ atSeconds }) => atSeconds < bar.atSeconds + wide);
    return [
      countText(bar.atSeconds),
      ...[bar.writesOk, bar.writesRefused, bar.writesFailed, bar.readsOk, bar.readsFailed].map(countText),
      cell(seen?.dnsActive ?? 'unknown'),
      cell(seen?.writer ?? 'unknown'),
      lagText(seen?.lagMs ?? null),
      ...regions.map((region) => String(seen?.tasks[region] ?? 'unknown')),
    ];
  });
  const counts = ['writes ok', 'refused', 'failed', 'reads ok', 'failed'];
  return table(
    `${panel.title} in figures, ${panelText(panel)}, ${plural(wide, 'second')} a row`,
    [
      { head: 'From second', kind: 'number' },
      ...counts.map((head): Column => ({ head, kind: 'number' })),
      { head: 'DNS' },
      { head: 'Writer' },
      { head: 'Lag', kind: 'number' },
      ...regions.map((region): Column => ({ head: `tasks ${region}`, kind: 'number' })),
    ],
    rows,
  );
}

export function settingsTable(result: DrillResult): string {
  const { traffic, regions, budget, speed, startedAt, drill } = result;
  const rows: readonly (readonly [string, string])[] = [
    ['Drill', drill],
    ['Started', startedAt],
    ['Speed', String(speed)],
    ['Region lost', regions.lost],
    ['Region that takes over', regions.survivor],
    [
      'Traffic',
      `${countText(traffic.ordersPerSecond)} orders/s, ${countText(traffic.readsPerSecond)} reads/s`,
    ],
    ['Budget', `RTO ${givenSeconds(budget.rtoSeconds)}, RPO ${givenSeconds(budget.rpoSeconds)}`],
    ['Budget by phase', PHASES.map((phase) => `${phase} ${givenSeconds(budget.phases[phase])}`).join(', ')],
  ];
  return table(
    'Settings',
    [{ head: 'Setting' }, { head: 'Value' }],
    rows.map(([name, value]) => [cell(name), cell(value)]),
  );
}
