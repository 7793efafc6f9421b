/** drill: a rehearsal under traffic, in a system of its own unless told otherwise, with a report. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  catalogue,
  type DrillEvents,
  type DrillResult,
  htmlReport,
  junitXml,
  statusLine,
  summaryText,
  timelineLine,
} from '@understudy/drills';
import { type ControlledSystem, connect, launch } from '@understudy/engine/client';
import { type Command, type Given, numberOf, UsageError } from '../command.ts';
import { drillEntry } from '../drill-report.ts';
import { openTeller, type Teller } from '../drill-teller.ts';
import { assemblyOf, directoryOf } from '../project.ts';
import { reportId, saveReport } from '../reports.ts';
import { bold, coloured, dim, live, say, sayJson } from '../terminal.ts';

export const drill: Command = {
  name: 'drill',
  summary:
    'rehearse: lose something under traffic, measure RTO and RPO, restore it; exit code 1 if a budget breaks',
  usage: `[NAME]        NAME: ${catalogue.map(({ name }) => name).join(' | ')}`,
  words: [0, 1],
  options: {
    attach: { type: 'boolean', summary: 'use the system that runs in --directory instead of one of its own' },
    speed: {
      type: 'string',
      value: 'N',
      default: '10',
      summary: 'AWS seconds per second, of a system of its own',
    },
    orders: { type: 'string', value: 'N', default: '20', summary: 'orders per second (real time)' },
    reads: { type: 'string', value: 'N', default: '50', summary: 'reads per second (real time)' },
    region: { type: 'string', value: 'REGION', summary: 'the region to lose (default: the active one)' },
    fault: {
      type: 'string',
      value: 'lose|freeze',
      default: 'lose',
      summary: 'killed, or frozen with its sockets open',
    },
    domain: {
      type: 'string',
      value: 'NAME',
      default: 'storefront.example',
      summary: 'the zone whose active.<zone> names the region',
    },
    'no-failback': { type: 'boolean', summary: 'stop after the takeover' },
    junit: { type: 'string', value: 'FILE', summary: 'write a JUnit report' },
    html: { type: 'string', value: 'FILE', summary: 'write a self-contained page' },
    app: { type: 'string', value: 'DIR', summary: 'a CDK app folder (default: infra)' },
    progress: {
      type: 'string',
      value: 'json',
      summary: 'say how far it is in JSON lines; it ends when its standard input does',
    },
    id: { type: 'string', value: 'ID', summary: 'what its report is called (default: time and name)' },
    keep: { type: 'boolean', summary: 'keep the state directory of a system of its own' },
  },
  run: async (given) => {
    const name = given.words[0] ?? 'region-loss';
    const chosen = catalogue.find((one) => one.name === name);
    if (!chosen)
      throw new UsageError(
        `there is no drill ${name}; there are ${catalogue.map((one) => one.name).join(', ')}`,
      );
    const options = optionsOf(given);
    const json = given.flag('json');
    const id = idOf(given, name);
    const teller = tellerOf(given, id, name);
    const rehearse = async (system: ControlledSystem): Promise<DrillResult> => {
      await teller?.begin(system);
      return await chosen.run(system, options, teller?.events ?? eventsOf(json));
    };
    let result: DrillResult;
    try {
      result = given.flag('attach')
        ? await rehearse(connect(directoryOf(given.text('directory')!)))
        : await inItsOwnSystem(given, rehearse);
    } catch (error) {
      teller?.broken((error as Error).message);
      throw error;
    }
    const entry = drillEntry(id, result, Date.now());
    const saved = saveReport(reportsOf(given), { entry, result, html: htmlReport(result) });
    teller?.end(result);
    for (const [option, render] of [
      ['junit', junitXml],
      ['html', htmlReport],
    ] as const) {
      const file = given.text(option);
      if (file !== undefined) write(resolve(process.env['INIT_CWD'] ?? '.', file), render(result));
    }
    if (json) sayJson(result);
    else if (!teller) {
      say(`\n${summaryText(result, { colour: coloured })}`);
      say(dim(`the report stays in ${saved}`));
    }
    return result.verdict === 'passed' ? 0 : 1;
  },
};

function idOf(given: Given, name: string): string {
  const id = given.text('id') ?? reportId(Date.now(), name);
  if (!/^[a-z0-9][a-z0-9-]{0,79}$/.test(id))
    throw new UsageError(`--id must be small letters, digits and -, at most 80, found ${JSON.stringify(id)}`);
  return id;
}

/** Reports stay where the running system is; what a system of its own leaves goes with it. */
function reportsOf(given: Given): string {
  const stays = given.flag('attach') || given.flag('keep');
  return directoryOf(stays ? given.text('directory')! : '.understudy');
}

function tellerOf(given: Given, id: string, name: string): Teller | undefined {
  const asked = given.text('progress');
  if (asked === undefined) return undefined;
  if (asked !== 'json') throw new UsageError(`--progress must be json, found ${JSON.stringify(asked)}`);
  return openTeller(id, name);
}

function optionsOf(given: Given): Parameters<(typeof catalogue)[number]['run']>[1] {
  const fault = given.text('fault');
  if (fault !== 'lose' && fault !== 'freeze')
    throw new UsageError(`--fault must be lose or freeze, found ${JSON.stringify(fault)}`);
  const region = given.text('region');
  return {
    ordersPerSecond: numberOf(given, 'orders', 1, 1000),
    readsPerSecond: numberOf(given, 'reads', 1, 5000),
    domain: given.text('domain')!,
    fault,
    failback: !given.flag('no-failback'),
    ...(region !== undefined && { region }),
  };
}

function eventsOf(json: boolean): DrillEvents {
  if (json) return {};
  return {
    step: (text) => say(bold(`▸ ${text}`)),
    record: (atSeconds, { where, event, subject, because }) => {
      if (atSeconds !== null)
        say(timelineLine({ atSeconds, where, event, subject, because }, { colour: coloured }));
    },
    second: (second, sighting) => live(statusLine(second, sighting)),
  };
}

async function inItsOwnSystem(
  given: Given,
  work: (system: ControlledSystem) => Promise<DrillResult>,
): Promise<DrillResult> {
  const named = given.text('directory')!;
  const directory = directoryOf(named === '.understudy' ? '.understudy-drill' : named);
  const json = given.flag('json') || given.text('progress') !== undefined;
  if (!json) live('synthesizing the app');
  const assembly = await assemblyOf(given.text('app'), () => {});
  rmSync(directory, { recursive: true, force: true });
  const speed = numberOf(given, 'speed', 1, 100);
  const began = performance.now();
  const launched = launch(
    { directory, assembly: assembly.directory, speed, timing: 'aws' },
    json ? {} : { phase: (phase, because) => live(`${phase}: ${because}`) },
  );
  const interrupt = (): void => {
    void launched.stop().then(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const system = await launched.up;
    if (!json)
      say(
        dim(
          `a system of its own is up after ${((performance.now() - began) / 1000).toFixed(1)} s, at speed ${speed}`,
        ),
      );
    return await work(system);
  } finally {
    if (!json) live('stopping');
    await launched.stop();
    if (!given.flag('keep')) rmSync(directory, { recursive: true, force: true });
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
