// What a campaign has to say: a summary for each part, the findings with their shortest schedules, and, where it was
// asked for, what the recovery times mean for the availability of a year. One JSON value; the text and the page are
// two readers of it. Parts with the same schedule differ in policy and stand side by side.

import { type AvailabilityReport, availability } from '../availability/availability.ts';
import { availabilityText } from '../availability/availability-text.ts';
import type { FailureTable } from '../availability/failure-rates.ts';
import { drawOptions, type RunOptions } from '../options.ts';
import { simulationHtml } from '../report/html.ts';
import type { Look } from '../report/lines.ts';
import { type Summary, summaryOf } from '../report/summary.ts';
import { simulationText } from '../report/text.ts';
import type { RunResult } from '../result.ts';
import type { ShrinkProgress } from '../shrink.ts';
import type { Campaign, Outcome } from './campaign.ts';
import type { Part, Run } from './chunk.ts';
import { type Finding, findingLines, findingOf, firstOfEach } from './findings.ts';
import { replayCommand } from './parts.ts';
import { recoveryOf } from './recovery.ts';

export interface CampaignReport {
  readonly seeds: { readonly from: number; readonly to: number };
  readonly ending: Outcome['ending'];
  readonly workers: number;
  readonly seconds: number;
  readonly runsPerSecond: number;
  readonly parts: readonly Part[];
  /** In the order of the parts. */
  readonly summaries: readonly Summary[];
  readonly violatedRuns: number;
  readonly findings: readonly Finding[];
  readonly availability: readonly { readonly label: string; readonly report: AvailabilityReport }[];
}

export interface Years {
  readonly years: number;
  readonly table: FailureTable;
}

/** Invariants whose first failure is shrunk; a campaign that breaks more has other worries. */
const MOST_FINDINGS = 4;

export function reportOf(
  task: Campaign,
  outcome: Outcome,
  run: Run,
  years: Years | null,
  progress?: (so: ShrinkProgress) => void,
): CampaignReport {
  const { parts, firstSeed, runs } = task;
  const { tallies, failures, ending, workers, seconds } = outcome;
  const summaries = tallies.map(summaryOf);
  const partOf = (label: string): Part => parts.find((part) => part.label === label)!;
  return {
    seeds: { from: firstSeed, to: firstSeed + runs - 1 },
    ending,
    workers,
    seconds,
    runsPerSecond: summaries.reduce((sum, one) => sum + one.runs, 0) / seconds,
    parts,
    summaries,
    violatedRuns: summaries.reduce((sum, { violatedRuns }) => sum + violatedRuns, 0),
    findings: firstOfEach(failures, MOST_FINDINGS).map((failure) =>
      findingOf(failure, partOf(failure.part), run, progress),
    ),
    availability: years === null ? [] : availabilityOf(summaries, firstSeed, years),
  };
}

/** From the parts in which a region is lost and nothing else happens. */
function availabilityOf(
  summaries: readonly Summary[],
  seed: number,
  { years, table }: Years,
): CampaignReport['availability'] {
  return summaries.flatMap((summary) => {
    const sample = isRegionLoss(summary.setting) ? recoveryOf(summary) : null;
    return sample ? [{ label: summary.label, report: availability(table, sample, { years, seed }) }] : [];
  });
}

export const isRegionLoss = ({ schedule, faults }: Part['setting']): boolean =>
  schedule === 'incident' && faults.length === 1 && faults[0] === 'region-loss';

const ENDINGS: Readonly<Record<Outcome['ending'], string>> = {
  complete: '',
  stopped: 'stopped at the first broken invariant',
  aborted: 'interrupted: these are the figures of what was done',
};

export function reportText(report: CampaignReport, look: Look): string {
  const { summaries, findings, ending } = report;
  const replay = replayIn(report);
  const made = summaries.filter(({ runs }) => runs > 0);
  const schedules = [...new Set(made.map(({ setting }) => setting.schedule))];
  const blocks = [
    ...schedules.map((schedule) =>
      simulationText(
        made.filter(({ setting }) => setting.schedule === schedule),
        look,
        replay,
      ),
    ),
    ...report.availability.map(({ label, report: years }) =>
      report.availability.length > 1
        ? `${label}\n${availabilityText(years, look).trimEnd()}`
        : availabilityText(years, look).trimEnd(),
    ),
    ...findings.map((finding) => findingLines(finding).join('\n')),
    paceText(report),
    ...(ending === 'complete' ? [] : [ENDINGS[ending]]),
  ];
  return blocks.join('\n\n');
}

const replayIn =
  ({ parts }: CampaignReport) =>
  (seed: number, label: string): string =>
    replayCommand(seed, parts.find((part) => part.label === label)!);

/** Runs that the page shows as timelines, of each part. */
const MOST_DRAWN = 3;

/** The worst runs are made again, with their traces. */
export function reportPage(report: CampaignReport, traced: (options: RunOptions) => RunResult): string {
  const made = report.summaries.filter(({ runs }) => runs > 0);
  const worst = made.flatMap(({ worst: runs, setting }) =>
    runs.slice(0, MOST_DRAWN).map(({ seed }) => traced(drawOptions(seed, setting))),
  );
  return simulationHtml(made, worst, { replay: replayIn(report) });
}

function paceText({ summaries, seconds, runsPerSecond, workers, seeds }: CampaignReport): string {
  const runs = summaries.reduce((sum, one) => sum + one.runs, 0);
  return `${runs.toLocaleString('en-US')} runs (seeds ${seeds.from} to ${seeds.to}) in ${seconds.toFixed(1)} s: ${Math.round(runsPerSecond).toLocaleString('en-US')} a second on ${workers} ${workers === 1 ? 'thread' : 'threads'}`;
}
