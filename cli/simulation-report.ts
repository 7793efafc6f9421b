/** What stays of a campaign of simulations, in the console's words. Pure. */
import type { ReportEntry } from '@understudy/engine/console';
import type { reportOf } from '@understudy/simulator';

type CampaignReport = ReturnType<typeof reportOf>;

export function simulationEntry(id: string, report: CampaignReport, atMs: number): ReportEntry {
  const { summaries, violatedRuns, seeds } = report;
  const runs = summaries.reduce((sum, one) => sum + one.runs, 0);
  const count = (value: number): string => value.toLocaleString('en-US');
  return {
    id,
    kind: 'simulation',
    title: summaries.map(({ label }) => label).join(' / '),
    verdict: violatedRuns > 0 ? 'failed' : 'passed',
    atMs,
    headline:
      violatedRuns > 0
        ? `${count(violatedRuns)} of ${count(runs)} runs broke an invariant`
        : `${count(runs)} runs from seed ${seeds.from}, no invariant broken`,
    figures: {
      runs,
      violatedRuns,
      ...Object.fromEntries(summaries.flatMap((one) => figuresOf(one, summaries.length > 1))),
    },
  };
}

/** Of several parts each figure says whose it is. */
function figuresOf(
  { label, figures }: CampaignReport['summaries'][number],
  several: boolean,
): readonly (readonly [string, number | null])[] {
  const named = (name: string): string => (several ? `${label}: ${name}` : name);
  const { rtoWrites, rtoReads, rpo } = figures;
  return [
    [named('writesMedianSeconds'), rtoWrites.percentiles.p50],
    [named('writesWorstSeconds'), rtoWrites.max],
    [named('readsMedianSeconds'), rtoReads.percentiles.p50],
    [named('rpoWorstSeconds'), rpo.max],
    [named('writesWithinBudget'), rtoWrites.shareWithinBudget],
  ];
}
