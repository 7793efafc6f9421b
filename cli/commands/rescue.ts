/**
 * rescue: what an old primary had accepted and the new writer never received. Reads the files that were set
 * aside, whether the system runs or not; only `apply` asks the database, and changes nothing there.
 */
import { resolve } from 'node:path';
import { connect } from '@understudy/engine/client';
import type { Finding, Verdict } from '@understudy/engine/rds/rescue-chain';
import { checkRescue } from '@understudy/engine/rds/rescue-check';
import type { RescueFile } from '@understudy/engine/rds/rescue-rows';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  exportRescue,
  rescueNamed,
  rescuesIn,
  type ShelvedRescue,
} from '@understudy/engine/rds/rescue-shelf';
import { type Command, type Given, numberOf, UsageError } from '../command.ts';
import { directoryOf } from '../project.ts';
import { findingLine, linesOf, type Numbered, numbered, VERDICTS } from '../rescue-text.ts';
import { bold, dim, live, say, sayJson, table } from '../terminal.ts';
import { writerDatabase } from '../writer-database.ts';

const ACTIONS: Readonly<Record<string, (given: Given) => number | Promise<number>>> = {
  list,
  show,
  export: exportOne,
  apply,
};

export const rescue: Command = {
  name: 'rescue',
  summary: 'what a lost region had accepted and never replicated: look at it, keep it, see what would apply',
  usage: 'list | show ID | export ID --to FILE | apply ID --dry-run',
  words: [1, 2],
  options: {
    to: { type: 'string', value: 'FILE', summary: 'export: where to' },
    format: {
      type: 'string',
      value: 'FORMAT',
      summary: `export: ${EXPORT_FORMATS.join(' or ')} (default: sql if FILE ends in .sql, else json)`,
    },
    table: { type: 'string', value: 'TABLE', summary: 'show, apply: rows of one table alone' },
    limit: {
      type: 'string',
      short: 'n',
      value: 'N',
      default: '50',
      summary: 'show, apply: how many changes',
    },
    from: { type: 'string', value: 'N', default: '1', summary: 'show, apply: the first of them' },
    'dry-run': { type: 'boolean', summary: 'apply: say what would become of each row, and change nothing' },
    secret: {
      type: 'string',
      value: 'NAME',
      default: 'understudy/database',
      summary: 'apply: the secret with the database’s user and password',
    },
  },
  notes: [
    'ID is an id of the list, the beginning of one, or latest.',
    'The SQL leaves alone what the new writer holds by now: it can be run more than once.',
  ].join('\n'),
  run: async (given) => {
    const [action, id] = given.words as [string, string | undefined];
    const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!run)
      throw new UsageError(
        `there is no understudy rescue ${action}; there are ${Object.keys(ACTIONS).join(', ')}`,
      );
    if (action === 'list' && id !== undefined) throw new UsageError('understudy rescue list takes no ID');
    if (action !== 'list' && id === undefined)
      throw new UsageError(`understudy rescue ${action} needs an ID of understudy rescue list, or latest`);
    return await run(given);
  },
};

function list(given: Given): number {
  const directory = directoryOf(given.text('directory')!);
  const all = rescuesIn(directory);
  if (given.flag('json')) sayJson(all.map(summaryOf));
  else if (all.length === 0)
    say(`nothing was set aside in ${directory}: no region had more than its successor`);
  else
    say(
      table([
        ['ID', 'REGION', 'EPOCH', 'TRANSACTIONS', 'ROWS', 'TABLES', 'EXPORTED'],
        ...all.map((one) => {
          const { region, epoch, transactions, rows, tables, exported } = summaryOf(one);
          return [
            one.id,
            region,
            `${epoch}`,
            `${transactions}`,
            `${rows}`,
            Object.keys(tables).join(' '),
            exported?.to ?? 'no',
          ];
        }),
      ]),
    );
  return 0;
}

function summaryOf({ id, path, exported, content }: ShelvedRescue) {
  const { region, newWriterRegion, epoch, exportedAt, fromGtid, toGtid, counts } = content;
  const { transactions, rows, statements, tables } = counts as {
    transactions: number;
    rows: number;
    statements: number;
    tables: Record<string, number>;
  };
  return {
    id,
    region,
    newWriterRegion,
    epoch,
    setAsideAt: exportedAt,
    fromGtid,
    toGtid,
    transactions,
    rows,
    statements,
    tables,
    file: path,
    exported: exported ?? null,
  };
}

function show(given: Given): number {
  const found = rescueOf(given);
  const { shown, note } = pageOf(given, found.content);
  if (given.flag('json')) {
    sayJson({ ...summaryOf(found), changes: shown.map(({ number, change }) => ({ number, ...change })) });
    return 0;
  }
  const { region, newWriterRegion, transactions, rows, statements, setAsideAt, file } = summaryOf(found);
  say(
    `${bold(found.id)}: ${region} had accepted ${rows} rows in ${transactions} transactions that ${newWriterRegion || 'the new writer'} never received${statements ? `, and ${statements} definitions` : ''}`,
  );
  say(dim(`set aside ${setAsideAt} in ${file}`));
  say();
  for (const line of linesOf(found.content, shown)) say(line);
  if (note) say(dim(note));
  return 0;
}

function rescueOf(given: Given): ShelvedRescue {
  return rescueNamed(directoryOf(given.text('directory')!), given.words[1]!);
}

/** The changes that were asked for, and how to get at the rest. */
function pageOf(
  given: Given,
  file: RescueFile,
): { readonly all: readonly Numbered[]; readonly shown: readonly Numbered[]; readonly note: string } {
  const [limit, from] = [wholeOf(given, 'limit'), wholeOf(given, 'from')];
  const asked = given.text('table');
  const all = numbered(file, asked);
  if (asked !== undefined && all.length === 0)
    throw new Error(
      `--table: no row of ${JSON.stringify(asked)} was set aside; there are rows of ${Object.keys((file.counts['tables'] ?? {}) as object).join(', ')}`,
    );
  const shown = all.slice(from - 1, from - 1 + limit);
  const last = from - 1 + shown.length;
  const note =
    shown.length === all.length
      ? ''
      : shown.length === 0
        ? `nothing from ${from} on: there are ${all.length}`
        : `${from} to ${last} of ${all.length}${last < all.length ? `; go on with --from ${last + 1}` : ''}`;
  return { all, shown, note };
}

function wholeOf(given: Given, name: string): number {
  const value = numberOf(given, name, 1, 10_000_000);
  if (!Number.isInteger(value)) throw new UsageError(`--${name} must be a whole number, found ${value}`);
  return value;
}

function exportOne(given: Given): number {
  const to = given.text('to');
  if (!to) throw new UsageError('understudy rescue export needs --to FILE');
  const asked = given.text('format') ?? (to.endsWith('.sql') ? 'sql' : 'json');
  const format = EXPORT_FORMATS.find((one): one is ExportFormat => one === asked);
  if (!format)
    throw new UsageError(`--format must be ${EXPORT_FORMATS.join(' or ')}, found ${JSON.stringify(asked)}`);
  const found = rescueOf(given);
  const target = resolve(process.env['INIT_CWD'] ?? process.cwd(), to);
  const note = exportRescue(found, target, format, new Date());
  if (given.flag('json')) sayJson({ id: found.id, ...note });
  else {
    say(`${found.id} is in ${note.to} (${format})`);
    say(dim('when it is kept where it will be found: understudy failback --rescue-exported'));
  }
  return 0;
}

async function apply(given: Given): Promise<number> {
  if (!given.flag('dry-run'))
    throw new UsageError(
      'understudy rescue apply is offered with --dry-run alone; to apply the rows, look at the SQL (understudy rescue export ID --to FILE.sql) and run it with a MySQL client',
    );
  const found = rescueOf(given);
  const { all, shown, note } = pageOf(given, found.content);
  const json = given.flag('json');
  if (!json) live('asking which region writes');
  const system = connect(directoryOf(given.text('directory')!));
  const { regions } = await system.system();
  const database = await writerDatabase(system, regions, found.content, given.text('secret')!);
  if (!json) live(`asking the writer, ${database.cluster} at ${database.host}`);
  const { cluster, ...address } = database;
  const findings = await checkRescue(found.content, address);
  const counts = countsOf(all.map(({ number }) => findings[number - 1]!));
  const well = counts.applies + counts.same === all.length;
  if (json)
    sayJson({
      id: found.id,
      writer: { cluster, host: address.host },
      counts,
      changes: shown.map(({ number, change }) => ({ number, ...findings[number - 1]!, ...change })),
    });
  else {
    say(`${bold(found.id)} at the present writer, ${cluster} (${address.host}); nothing was changed`);
    say();
    for (const one of shown) say(findingLine(found.content, one, findings[one.number - 1]!));
    if (note) say(dim(note));
    say();
    const words = (Object.entries(counts) as [Verdict, number][]).filter(([, count]) => count > 0);
    say(words.map(([verdict, count]) => `${count} ${VERDICTS[verdict]}`).join(', '));
  }
  return well ? 0 : 1;
}

function countsOf(findings: readonly Finding[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { applies: 0, same: 0, missing: 0, conflict: 0, 'by-hand': 0 };
  for (const { verdict } of findings) counts[verdict]++;
  return counts;
}
