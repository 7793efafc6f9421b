/**
 * The system: the global process and one process a region, what joins them (links), what they are given
 * (the assembly), and what a person may do to them. The supervisor is the only one who knows of faults.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressBook } from '../network/addresses.ts';
import type { LinkState } from '../network/links.ts';
import { innerToken } from '../region/inner-call.ts';
import type {
  GlobalSetting,
  InvokeRequest,
  ProcessStatus,
  ProgressNotice,
  RegionSetting,
  SystemSetting,
} from '../region/messages.ts';
import type { GuestProcess, JournalRecord, JsonObject } from '../services/contract.ts';
import { type Clock, createClock } from '../time/clock.ts';
import type { JournalStore } from './journal-store.ts';
import { createMember, type Member, type MemberState } from './member.ts';
import type { StateDirectory } from './state-directory.ts';
import { chosenProcess, inZone, parseTarget, type Target, TargetError } from './targets.ts';

/** One way between us-east-1 and us-west-2; AWS publishes about 60 ms for the round trip. */
const LINK_DELAY_MS = 32;
const STOP_DEADLINE_MS = 15_000;
const STATUS_DEADLINE_MS = 2000;
/** Lambda's longest timeout; a resource handler of the app may take it. */
const LONGEST_INVOCATION_MS = 15 * 60_000;
/** After a process has died by itself and was started again: what it had is back by then. */
const HEALED_AFTER_MS = 10_000;

export type FaultAction = 'lose' | 'freeze' | 'restore';

export interface MemberView {
  readonly name: string;
  readonly state: MemberState;
  readonly pid?: number;
  readonly because: string;
  readonly sinceMs: number;
}

export interface System {
  readonly clock: Clock;
  readonly regions: readonly string[];
  start(): Promise<void>;
  /** Tells every process that the system is up; from here on AWS's delays apply. */
  settle(): Promise<void>;
  stop(): Promise<void>;
  member(name: string): Member;
  members(): readonly MemberView[];
  links(): readonly LinkState[];
  fault(action: FaultAction, target: string): Promise<string>;
  status(): Promise<Readonly<Record<string, ProcessStatus | { readonly unavailable: string }>>>;
  invoke(region: string, request: InvokeRequest, deadlineMs?: number): Promise<unknown>;
  onProgress(listener: (notice: ProgressNotice) => void): void;
}

export interface SystemOptions {
  readonly directory: StateDirectory;
  readonly setting: SystemSetting;
  readonly journal: JournalStore;
  /** Called when the processes of the system have changed, for the run record. */
  changed(members: readonly Member[]): void;
}

const REGION_ENTRY = fileURLToPath(new URL('../region/main.ts', import.meta.url));
const GLOBAL_ENTRY = fileURLToPath(new URL('../region/global-main.ts', import.meta.url));

export function createSystem(options: SystemOptions): System {
  const { directory, setting, journal } = options;
  const { regions } = setting;
  const clock = createClock(setting.clock);
  const book = addressBook(setting.block, regions);
  const views = new Map<string, MemberView>();
  const links = new Map<string, LinkState>();
  const progressListeners = new Set<(notice: ProgressNotice) => void>();
  let settled = false;

  for (const from of regions)
    for (const to of regions)
      if (from !== to) links.set(`${from}>${to}`, { from, to, delayMs: LINK_DELAY_MS, cut: false });

  const record = (event: string, subject: string, because: string, data?: JsonObject): void =>
    journal.append({
      atMs: Math.round(clock.now()),
      where: 'supervisor',
      source: 'supervisor',
      event,
      subject,
      because,
      ...(data && { data }),
    });

  const environment = {
    PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: process.env['HOME'] ?? '/',
    UNDERSTUDY_PEER_TOKEN: innerToken(setting.secret),
    ...fromOutside('UNDERSTUDY_SMTP_URL', 'UNDERSTUDY_SMTP_FROM'),
  };
  const notices = {
    journal: (entry: JournalRecord) => journal.append(entry),
    progress: (notice: ProgressNotice) => {
      for (const listener of progressListeners) listener(notice);
    },
  };
  const changed =
    (name: string) =>
    (state: MemberState, because: string): void => {
      const member = members.get(name);
      const pid = member?.pid();
      if (state === 'running' && views.get(name)?.state === 'restarting')
        setTimeout(settleAgain, HEALED_AFTER_MS, name).unref();
      views.set(name, { name, state, because, sinceMs: clock.now(), ...(pid !== undefined && { pid }) });
      record(`process.${state}`, name, because);
      options.changed([...members.values()]);
    };

  const settleAgain = (name: string): void => {
    if (settled)
      member(name)
        .request('settled')
        .catch(() => {});
  };

  const members = new Map<string, Member>();
  const globalSetting = (): GlobalSetting => ({ ...setting, directory: join(directory.path, 'global') });
  const regionSetting = (region: string): RegionSetting => ({
    ...setting,
    region,
    directory: directory.regionDirectory(region),
    links: [...links.values()],
    // The death of this process alone is no event that AWS has: what it had comes back as fast as it can.
    settled: settled && members.get(region)?.state() !== 'restarting',
  });
  mkdirSync(join(directory.path, 'logs'), { recursive: true });
  const add = (name: string, entry: string, make: () => unknown): void => {
    const logFile = join(directory.path, 'logs', `${name}.log`);
    members.set(
      name,
      createMember({ name, entry, logFile, environment, setting: make, notices, changed: changed(name) }),
    );
  };
  add('global', GLOBAL_ENTRY, globalSetting);
  for (const region of regions) add(region, REGION_ENTRY, () => regionSetting(region));

  const member = (name: string): Member => {
    const found = members.get(name);
    if (!found)
      throw new TargetError(
        `${name} is not part of this system, which has ${[...members.keys()].join(', ')}`,
      );
    return found;
  };

  const setLink = (target: Extract<Target, { kind: 'link' }>, cut: boolean): void => {
    const ways = target.bothWays
      ? [
          [target.from, target.to],
          [target.to, target.from],
        ]
      : [[target.from, target.to]];
    for (const [from, to] of ways) {
      const state = { ...links.get(`${from}>${to}`)!, cut };
      links.set(`${from}>${to}`, state);
      for (const region of regions) member(region).notify('link', state);
    }
  };

  const status: System['status'] = async () => {
    const entries = await Promise.all(
      [...members.values()].map(async (one) => {
        // Frozen: it would take the question and answer it, if ever, when nobody waits any more.
        if (one.state() === 'frozen') return [one.name, { unavailable: `${one.name} is frozen` }] as const;
        const answer = await one
          .request<ProcessStatus>('status', null, STATUS_DEADLINE_MS)
          .catch((error: Error) => ({ unavailable: `${one.name} is ${one.state()}: ${error.message}` }));
        return [one.name, answer] as const;
      }),
    );
    return Object.fromEntries(entries);
  };

  const runningGuests = async (): Promise<readonly (GuestProcess & { readonly region: string })[]> =>
    Object.entries(await status()).flatMap(([region, answer]) =>
      'services' in answer ? answer.guests.map((guest) => ({ ...guest, region })) : [],
    );

  const onMember = async (name: string, action: FaultAction): Promise<string> => {
    const one = member(name);
    switch (action) {
      case 'lose':
        one.lose();
        return `${name} is lost: every process of it was killed`;
      case 'freeze':
        one.freeze();
        return `${name} is frozen: every process of it stands still, its sockets stay open`;
      case 'restore':
        await one.restore();
        return `${name} is restored`;
    }
  };

  const fault: System['fault'] = async (action, text) => {
    const target = parseTarget(text, regions);
    switch (target.kind) {
      case 'region':
        return await onMember(target.region, action);
      case 'global':
        return await onMember('global', action);
      case 'link': {
        if (action === 'freeze') throw new TargetError('a link can be lost and restored, not frozen');
        setLink(target, action === 'lose');
        const which = `${target.from} ${target.bothWays ? '↔' : '→'} ${target.to}`;
        record(`link.${action === 'lose' ? 'cut' : 'restored'}`, which, 'as ordered');
        return action === 'lose'
          ? `${which} is cut: nothing arrives, nothing is refused`
          : `${which} is whole again`;
      }
      case 'zone': {
        const guests = inZone(target.id, await runningGuests());
        for (const { pid } of guests) signal(pid, SIGNALS[action]);
        const which = `${target.id}: ${guests.map(({ kind, id }) => `${kind}/${id}`).join(', ')}`;
        record('process.signalled', which, `${SIGNALS[action]}, as ordered`);
        return `${which} got ${SIGNALS[action]}`;
      }
      case 'task':
      case 'database': {
        const { id, pid, region } = chosenProcess(target, await runningGuests());
        process.kill(pid, SIGNALS[action]);
        const which = `${target.kind}/${id} in ${region} (process ${pid})`;
        record('process.signalled', which, `${SIGNALS[action]}, as ordered`);
        return `${which} got ${SIGNALS[action]}`;
      }
    }
  };

  return {
    clock,
    regions,
    start: async () => {
      record(
        'system.starting',
        directory.path,
        `speed ${setting.clock.speed}, addresses 127.${book.block * 16}.0.0/12`,
      );
      await Promise.all([...members.values()].map((one) => one.start()));
    },
    settle: async () => {
      settled = true;
      await Promise.all(
        regions.map((region) =>
          member(region)
            .request('settled')
            .catch(() => {}),
        ),
      );
      record(
        'system.up',
        directory.path,
        'every stack is deployed; from here on what AWS needs time for takes time',
      );
    },
    stop: async () => {
      record('system.stopping', directory.path, 'asked to stop');
      // Regions first: their last words (metrics, withdrawn names) go to the global process.
      await Promise.all(regions.map((region) => member(region).stop(STOP_DEADLINE_MS)));
      await member('global').stop(STOP_DEADLINE_MS);
    },
    member,
    members: () => [...views.values()],
    links: () => [...links.values()],
    fault,
    status,
    invoke: (region, request, deadlineMs = LONGEST_INVOCATION_MS) =>
      member(region).request('invoke', request, deadlineMs),
    onProgress: (listener) => void progressListeners.add(listener),
  };
}

const SIGNALS = { lose: 'SIGKILL', freeze: 'SIGSTOP', restore: 'SIGCONT' } as const;

/** Whoever has ended since he was counted needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Variables of this process that are handed on, as far as they are set. */
function fromOutside(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
}
