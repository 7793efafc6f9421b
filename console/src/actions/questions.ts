/**
 * What a person may ask the system to do, what it says before it does it, and the calls that do it. Pure: a
 * question is a value; the dialog shows it and sends its calls one after the other.
 */
export type FaultAction = 'lose' | 'freeze' | 'restore';

export type Call =
  | { readonly to: '/api/faults'; readonly body: { readonly action: FaultAction; readonly target: string } }
  | { readonly to: '/api/controller'; readonly body: { readonly region: string; readonly command: string } }
  | { readonly to: '/api/drills'; readonly body: { readonly drill: string } }
  | { readonly to: '/api/drills/stop'; readonly body: Readonly<Record<string, never>> };

export type Question =
  | {
      readonly kind: 'confirm';
      readonly title: string;
      /** What will happen, a paragraph a line. */
      readonly says: readonly string[];
      readonly verb: string;
      readonly isGrave: boolean;
      readonly calls: readonly { readonly label: string; readonly call: Call }[];
    }
  | { readonly kind: 'drill' }
  | { readonly kind: 'failback'; readonly region: string; readonly to: string };

const VERBS: Readonly<Record<FaultAction, string>> = { lose: 'Lose', freeze: 'Freeze', restore: 'Restore' };

export function faultQuestion(
  action: FaultAction,
  name: string,
  targets: readonly string[],
  says: readonly string[],
): Question {
  return {
    kind: 'confirm',
    title: `${VERBS[action]} ${name}?`,
    says,
    verb: `${VERBS[action]} ${name}`,
    isGrave: action !== 'restore',
    calls: targets.map((target) => ({
      label: `${action} ${target}`,
      call: { to: '/api/faults', body: { action, target } },
    })),
  };
}

export function regionSays(action: FaultAction, region: string, isActive: boolean): readonly string[] {
  switch (action) {
    case 'lose':
      return [
        `Every process of ${region} is killed at once: its endpoints, load balancer, tasks and database instances. What was acknowledged but not yet replicated is lost.`,
        isActive
          ? 'It serves now. The controller of the other region decides by itself whether to take over.'
          : 'The other region serves now; it loses its standby, and nothing else.',
      ];
    case 'freeze':
      return [
        `Every process of ${region} stands still (SIGSTOP): connections stay open and nothing answers, as when a machine hangs.`,
        'Restore lets them run on where they stood.',
      ];
    case 'restore':
      return [
        `${region} starts again from its own disk: its database comes back as it was and is made to follow the writer. What it holds and the writer does not is set aside first.`,
      ];
  }
}

export function processSays(action: FaultAction, what: string): readonly string[] {
  switch (action) {
    case 'lose':
      return [`${what} is killed (SIGKILL). Its region starts another where its desired state says so.`];
    case 'freeze':
      return [`${what} stands still (SIGSTOP): its connections stay open and it answers nothing.`];
    case 'restore':
      return [`${what} runs on, or is started again.`];
  }
}

export function linkSays(action: FaultAction, from: string, to: string): readonly string[] {
  switch (action) {
    case 'lose':
      return [
        `Nothing passes between ${from} and ${to} in either direction: replication, probes and forwarded writes stop.`,
        'Both regions go on for those who reach them. The controllers must not take this for a lost region.',
      ];
    case 'freeze':
      return [`What passes between ${from} and ${to} is held and not delivered; connections stay open.`];
    case 'restore':
      return [`${from} and ${to} hear each other again.`];
  }
}

export function approveQuestion(region: string, because: string): Question {
  return {
    kind: 'confirm',
    title: `Approve the failover to ${region}?`,
    says: [
      because,
      `The controller of ${region} makes its database the writer, unless its checks then still speak against it. What the lost region had not yet sent over is lost.`,
    ],
    verb: 'Approve',
    isGrave: true,
    calls: [
      {
        label: `approve, in ${region}`,
        call: { to: '/api/controller', body: { region, command: 'approve' } },
      },
    ],
  };
}

export function commandQuestion(region: string, command: 'abandon' | 'resume'): Question {
  return {
    kind: 'confirm',
    title: command === 'abandon' ? `Hold the controller of ${region}?` : `Put ${region} on watch again?`,
    says: [
      command === 'abandon'
        ? 'It takes back a move that has not begun, and nothing moves from there until it is resumed.'
        : 'The controller decides by itself again, as its policy says.',
    ],
    verb: command === 'abandon' ? 'Hold' : 'Resume',
    isGrave: command === 'abandon',
    calls: [
      { label: `${command}, in ${region}`, call: { to: '/api/controller', body: { region, command } } },
    ],
  };
}

export const drillQuestion = (drill: string, summary: string): Question => ({
  kind: 'confirm',
  title: `Start the drill ${drill}?`,
  says: [
    summary,
    'It sends its own traffic and writes a report when it is over. Nothing else should be asked of the system meanwhile.',
  ],
  verb: 'Start the drill',
  isGrave: true,
  calls: [{ label: `start ${drill}`, call: { to: '/api/drills', body: { drill } } }],
});

export const stopDrillQuestion = (drill: string): Question => ({
  kind: 'confirm',
  title: `Stop the drill ${drill}?`,
  says: ['It ends at once, without a verdict. What it has lost stays lost until you restore it.'],
  verb: 'Stop the drill',
  isGrave: true,
  calls: [{ label: `stop ${drill}`, call: { to: '/api/drills/stop', body: {} } }],
});
