/**
 * A drill's result as JUnit XML, as CI systems read it: a suite for the drill, a case for each check, figures as
 * properties, the timeline as the suite's output. A failed drill is never a green suite. Pure.
 */
import { type Check, type DrillResult, PHASES } from '../result.ts';
import { markup } from './escape.ts';
import { speedNote, story } from './figures.ts';
import { timelineLine } from './live.ts';

const attribute = (name: string, value: string | number): string => ` ${name}="${markup(String(value))}"`;

/** Figures by the names that they have in the JSON form. */
function figures(result: DrillResult): readonly (readonly [string, string | number | null])[] {
  const { rto, rpo, budget, failback } = result;
  return [
    ['verdict', result.verdict],
    ['speed', result.speed],
    ['regions.lost', result.regions.lost],
    ['regions.survivor', result.regions.survivor],
    ['traffic.ordersPerSecond', result.traffic.ordersPerSecond],
    ['traffic.readsPerSecond', result.traffic.readsPerSecond],
    ['budget.rtoSeconds', budget.rtoSeconds],
    ['budget.rpoSeconds', budget.rpoSeconds],
    ['rto.writesSeconds', rto.writesSeconds],
    ['rto.readsSeconds', rto.readsSeconds],
    ...PHASES.map((phase) => [`rto.phases.${phase}`, rto.phases[phase]] as const),
    ['rpo.seconds', rpo.seconds],
    ['rpo.lostWrites', rpo.lostWrites],
    ['acknowledged', result.acknowledged],
    ['duplicates', result.duplicates],
    ['unresolved', result.unresolved],
    ['rescued', result.rescued],
    ['failback.done', String(failback.done)],
    ['failback.lostWrites', failback.lostWrites],
    ['failback.writesPausedSeconds', failback.writesPausedSeconds],
    ['failback.seconds', failback.seconds],
  ];
}

/** Checks, and one for the verdict where none of them tells of a failed drill. */
function casesOf(result: DrillResult): readonly Check[] {
  const told = result.verdict === 'passed' || result.checks.some(({ ok }) => !ok);
  return told
    ? result.checks
    : [...result.checks, { name: 'verdict', ok: false, found: result.verdict, allowed: 'passed' }];
}

function testcase(check: Check, drill: string): string {
  const head = `<testcase${attribute('classname', `understudy.drills.${drill}`)}${attribute('name', check.name)} time="0"`;
  if (check.ok) return `    ${head}/>`;
  const message = `found ${check.found}, allowed ${check.allowed}`;
  return `    ${head}>\n      <failure${attribute('message', message)} type="check">${markup(`${check.name}: ${message}`)}</failure>\n    </testcase>`;
}

/** Real seconds from the first to the last thing seen. */
function realSeconds({ seconds, sightings, timeline, speed }: DrillResult): number {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const series of [seconds, sightings, timeline])
    for (const { atSeconds } of series) {
      first = Math.min(first, atSeconds);
      last = Math.max(last, atSeconds);
    }
  return last > first && speed > 0 ? (last - first) / speed : 0;
}

/** JUnit's schema knows date and time without a fraction or a zone: UTC. */
function timestamp(startedAt: string): string {
  const at = Date.parse(startedAt);
  return Number.isNaN(at) ? '' : attribute('timestamp', new Date(at).toISOString().slice(0, 19));
}

export function junitXml(result: DrillResult): string {
  const cases = casesOf(result);
  const counts =
    attribute('tests', cases.length) +
    attribute('failures', cases.filter(({ ok }) => !ok).length) +
    ' errors="0" skipped="0"' +
    attribute('time', realSeconds(result).toFixed(3));
  const out = [
    story(result),
    speedNote(result.speed),
    '',
    ...result.timeline.map((entry) => timelineLine(entry, { colour: false })),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="understudy"${counts}>`,
    `  <testsuite${attribute('name', result.drill)}${counts}${timestamp(result.startedAt)}>`,
    '    <properties>',
    ...figures(result).map(
      ([name, value]) => `      <property${attribute('name', name)}${attribute('value', value ?? '')}/>`,
    ),
    '    </properties>',
    ...cases.map((check) => testcase(check, result.drill)),
    `    <system-out>${out.map(markup).join('\n')}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
