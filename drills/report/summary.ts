/** A drill's result for a terminal: the verdict first, then each figure beside what is allowed. Pure. */
import { type DrillResult, type LostWrite, PHASES } from '../result.ts';
import { plain } from './escape.ts';
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
import { type Paint, type Printing, painter } from './paint.ts';
import { greatest } from './scale.ts';

const BAR_WIDTH = 30;
const LOST_SHOWN = 20;

/** What was taken as a bar, with a line where the budget ends; `most` seconds fill the width. */
export function budgetBar(found: number | null, allowed: number, most: number, width = BAR_WIDTH): string {
  const cells = (seconds: number): number =>
    most > 0 ? Math.min(width, Math.max(0, Math.round((seconds / most) * width))) : 0;
  const filled = found === null ? 0 : Math.max(found > 0 ? 1 : 0, cells(found));
  const limit = Math.max(1, cells(allowed)) - 1;
  let bar = '';
  for (let n = 0; n < width; n++) {
    if (n === limit) bar += n < filled ? '┃' : '│';
    else bar += n < filled ? '█' : n < limit ? '░' : ' ';
  }
  return bar;
}

const tick = (ok: boolean, paint: Paint): string => (ok ? paint.green('✓') : paint.red('✗'));

function row(
  name: string,
  found: number | null,
  allowed: number,
  most: number,
  paint: Paint,
  none = 'never',
): string {
  const ok = within(found, allowed);
  const bar = budgetBar(found, allowed, most);
  const open = found === null && none !== 'never';
  return [
    `  ${name.padEnd(12)}`,
    (open ? paint.dim : ok ? paint.bold : paint.red)(secondsText(found, none).padStart(9)),
    paint.dim(`of ${givenSeconds(allowed)}`.padEnd(9)),
    ok ? paint.green(bar) : paint.red(bar),
    open ? ' ' : tick(ok, paint),
  ].join('  ');
}

function recovery(result: DrillResult, paint: Paint): string[] {
  const { rto, rpo, budget } = result;
  const most = Math.max(budget.rtoSeconds, rto.writesSeconds ?? 0, rto.readsSeconds ?? 0);
  const longest = Math.max(...PHASES.flatMap((phase) => [budget.phases[phase], rto.phases[phase] ?? 0]));
  return [
    row('RTO writes', rto.writesSeconds, budget.rtoSeconds, most, paint),
    row('RTO reads', rto.readsSeconds, budget.rtoSeconds, most, paint),
    row('RPO', rpo.seconds, budget.rpoSeconds, Math.max(budget.rpoSeconds, rpo.seconds), paint),
    '',
    paint.dim('  RTO for writes by phase, beside its budget'),
    ...PHASES.map((phase) => row(phase, rto.phases[phase], budget.phases[phase], longest, paint, 'not seen')),
  ];
}

const lostLine = ({ key, orderId, acknowledgedSecondsBefore }: LostWrite): string =>
  `    order ${plain(orderId) || '(no id)'}  key ${plain(key)}  acknowledged ${secondsText(acknowledgedSecondsBefore)} before the loss`;

function ledger(result: DrillResult, paint: Paint): string[] {
  const { rpo, duplicates, unresolved, rescued } = result;
  const lost = rpo.lost.slice(0, LOST_SHOWN).map(lostLine);
  const more = rpo.lost.length - lost.length;
  return [
    `  acknowledged  ${countText(result.acknowledged)}`,
    `  lost          ${rpo.lostWrites === 0 ? '0' : paint.red(countText(rpo.lostWrites))}`,
    ...lost,
    ...(more > 0 ? [`    and ${countText(more)} more`] : []),
    ...(rescued === null
      ? []
      : [`  rescued       ${countText(rescued)}${paint.dim('  (in a rescue file)')}`]),
    `  duplicates    ${duplicates === 0 ? '0' : paint.red(countText(duplicates))}`,
    `  unresolved    ${countText(unresolved)}${paint.dim('  (refused or failed, never acknowledged, given up)')}`,
    `  failback      ${(result.failback.done ? (text: string) => text : paint.red)(plain(failbackText(result.failback)))}`,
  ];
}

function checks(result: DrillResult, paint: Paint): string[] {
  const wide = greatest(result.checks.map(({ name }) => plain(name).length));
  return result.checks.map(
    ({ name, ok, found, allowed }) =>
      `  ${tick(ok, paint)} ${plain(name).padEnd(wide)}  ${ok ? plain(found) : paint.red(plain(found))}${paint.dim(`  allowed: ${plain(allowed)}`)}`,
  );
}

export function summaryText(result: DrillResult, printing: Printing): string {
  const paint = painter(printing);
  const passed = result.verdict === 'passed';
  const failed = result.checks.filter(({ ok }) => !ok).length;
  const { ordersPerSecond, readsPerSecond } = result.traffic;
  return [
    `${paint.badge(passed ? '✓ PASSED' : '✗ FAILED', passed)}  ${paint.bold(plain(result.drill))}  ${plain(story(result))}`,
    paint.dim(
      `  started ${plain(result.startedAt)}, ${countText(ordersPerSecond)} orders/s and ${countText(readsPerSecond)} reads/s, speed ${result.speed}`,
    ),
    '',
    ...recovery(result, paint),
    '',
    ...ledger(result, paint),
    '',
    `  ${plural(result.checks.length, 'check')}${failed ? paint.red(`, ${countText(failed)} failed`) : ''}`,
    ...checks(result, paint),
    '',
    paint.dim(`  ${speedNote(result.speed)}`),
  ].join('\n');
}
