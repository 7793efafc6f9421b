/** status: what runs, where, in which role; every fact of every service with --all. */
import { connect, type StatusReport } from '@understudy/engine/client';
import type { Command } from '../command.ts';
import { directoryOf } from '../project.ts';
import { summaryOf } from '../summary.ts';
import { bold, dim, green, red, say, sayJson, table, timeOf, yellow } from '../terminal.ts';

export const status: Command = {
  name: 'status',
  summary: 'what runs, where, in which role',
  usage: '',
  words: [0, 0],
  options: { all: { type: 'boolean', summary: 'every fact that every service reports' } },
  run: async (given) => {
    const report = await connect(directoryOf(given.text('directory')!)).status();
    if (given.flag('json')) sayJson(report);
    else print(report, given.flag('all'));
    return 0;
  },
};

const COLOUR: Readonly<Record<string, (text: string) => string>> = {
  running: green,
  lost: red,
  frozen: yellow,
};

function print(report: StatusReport, all: boolean): void {
  const { system } = report;
  say(
    `${bold(system.phase)}: ${system.because} ${dim(`(speed ${system.speed}, AWS time ${timeOf(system.awsNowMs)})`)}`,
  );
  say();
  for (const member of report.members) {
    const colour = COLOUR[member.state] ?? yellow;
    say(`${bold(member.name)} ${colour(member.state)} since ${timeOf(member.sinceMs)}: ${member.because}`);
    const answer = report.processes[member.name];
    if (!all) {
      if (member.state === 'running') for (const line of summarized(answer)) say(line);
      say();
      continue;
    }
    if (!answer || !('services' in answer)) continue;
    for (const [service, facts] of Object.entries(answer.services)) {
      say(`  ${service}`);
      for (const line of describe(facts, '    ')) say(line);
    }
  }
  const cut = report.links.filter((link) => link.cut);
  say(
    cut.length
      ? red(`links cut: ${cut.map(({ from, to }) => `${from} → ${to}`).join(', ')}`)
      : dim('no link is cut'),
  );
}

function summarized(answer: StatusReport['processes'][string] | undefined): readonly string[] {
  const facts = summaryOf(answer);
  if (facts.length === 0) return [];
  const lines = table(facts.map(({ what, is }) => [`  ${what}`, is])).split('\n');
  return lines.map((line, n) => (facts[n]?.bad ? red(line) : line));
}

/** Facts of any shape as short lines: lists of like objects become tables. */
function describe(facts: unknown, indent: string): readonly string[] {
  if (typeof facts !== 'object' || facts === null) return [`${indent}${String(facts)}`];
  if (Array.isArray(facts)) {
    if (!facts.length) return [];
    if (facts.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))) {
      const flat = facts.map((one) =>
        Object.entries(one as object).filter(([, value]) => typeof value !== 'object' || value === null),
      );
      if (flat.every((row) => row.length > 0))
        return table(flat.map((row) => row.map(([key, value]) => `${key} ${String(value)}`)))
          .split('\n')
          .flatMap((line, n) => [
            indent + line,
            ...nested(facts[n] as Record<string, unknown>, `${indent}  `),
          ]);
    }
    return [`${indent}${facts.map(String).join(', ')}`];
  }
  const entries = Object.entries(facts);
  const plain = entries.filter(([, value]) => typeof value !== 'object' || value === null);
  return [
    ...(plain.length ? [indent + plain.map(([key, value]) => `${key} ${String(value)}`).join('  ')] : []),
    ...nested(facts as Record<string, unknown>, indent),
  ];
}

function nested(facts: Readonly<Record<string, unknown>>, indent: string): readonly string[] {
  return Object.entries(facts)
    .filter(([key, value]) => typeof value === 'object' && value !== null && key !== 'processes')
    .flatMap(([key, value]) => {
      const lines = describe(value, `${indent}  `);
      return lines.length ? [`${indent}${key}`, ...lines] : [];
    });
}
