/**
 * What the console asks a region beyond its status: its resources, its mail, its alarms. Each answer is kept, so
 * that a lost region still shows what it had; a region that is slow is not waited for longer than people wait.
 */
import type { AlarmEntry, MailEntry, ResourceEntry } from '../console/api.ts';
import { answered, type Report, rows, text } from '../console/facts.ts';
import { isOwnAlarm } from '../console/region-picture.ts';
import type { System } from './system.ts';

const DEADLINE_MS = 3000;

export interface RegionQuestions {
  resources(): Promise<readonly ResourceEntry[]>;
  mail(): Promise<readonly MailEntry[]>;
  alarms(): Promise<readonly AlarmEntry[]>;
}

interface StackView {
  readonly name: string;
  readonly resources: readonly {
    readonly logicalId: string;
    readonly physicalId?: string;
    readonly type: string;
    readonly status: string;
    readonly fate?: { readonly fate: 'runs' | 'recorded' };
  }[];
}

interface Mail {
  readonly atMs: number;
  readonly to: string;
  readonly subject?: string;
  readonly body: string;
}

export function createRegionQuestions(system: System): RegionQuestions {
  const kept = new Map<string, readonly unknown[]>();
  const eachRegion = async <T>(
    what: string,
    ask: (region: string) => Promise<readonly T[]>,
  ): Promise<readonly T[]> => {
    const answers = await Promise.all(
      system.regions.map(async (region) => {
        const key = `${what} ${region}`;
        // A frozen region takes a question and answers it never.
        if (system.member(region).state() === 'running')
          await ask(region).then(
            (answer) => kept.set(key, answer),
            () => {},
          );
        return (kept.get(key) ?? []) as readonly T[];
      }),
    );
    return answers.flat();
  };
  return {
    alarms: async () => {
      const processes = await system.status();
      return await eachRegion('alarms', async (region) => {
        if (!answered({ processes }, region)) throw new Error(`${region} has not answered`);
        return alarmsOf({ processes }, region);
      });
    },
    resources: () =>
      eachRegion('resources', async (region) => {
        const stacks = await system.member(region).request<readonly StackView[]>('stacks', null, DEADLINE_MS);
        return stacks.flatMap((stack) => resourcesOf(region, stack));
      }),
    mail: async () => {
      const mails = await eachRegion('mail', async (region) => {
        const request = { service: 'sns', operation: 'DescribeMailbox', input: {} };
        const answer = (await system.invoke(region, request, DEADLINE_MS)) as { Messages: readonly Mail[] };
        return answer.Messages.map(({ atMs, to, subject = '', body }) => ({
          region,
          atMs,
          to,
          subject,
          text: body,
        }));
      });
      return [...mails].sort((a, b) => a.atMs - b.atMs);
    },
  };
}

function resourcesOf(region: string, stack: StackView): readonly ResourceEntry[] {
  return stack.resources.map(({ logicalId, physicalId = null, type, status, fate }) => ({
    ...{ stack: stack.name, region, logicalId, physicalId, type, status },
    fate: fate?.fate ?? 'recorded',
  }));
}

const STATES: readonly AlarmEntry['state'][] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

function alarmsOf(report: Pick<Report, 'processes'>, region: string): readonly AlarmEntry[] {
  return rows(answered(report, region)?.services, 'cloudwatch', 'alarms')
    .filter((alarm) => isOwnAlarm(text(alarm, 'name')))
    .map((alarm) => {
      const since = Date.parse(text(alarm, 'since'));
      return {
        region,
        name: text(alarm, 'name'),
        state: STATES.find((state) => state === text(alarm, 'state')) ?? 'INSUFFICIENT_DATA',
        because: text(alarm, 'reason'),
        sinceMs: Number.isNaN(since) ? null : since,
      };
    });
}
