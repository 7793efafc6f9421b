/** What the console's part of the control API works with, put together: the observer, drills, reports, samples. */
import { join } from 'node:path';
import type { Report } from '../console/facts.ts';
import type { ConsoleParts } from './console-routes.ts';
import type { SystemSummary } from './control.ts';
import { createControllerWords } from './controller-words.ts';
import { createDrillRuns, type DrillCommand } from './drill-runs.ts';
import type { JournalStore } from './journal-store.ts';
import { createObserver } from './observer.ts';
import { isStopped } from './process-table.ts';
import { openReports } from './reports.ts';
import { openSamples } from './sample-store.ts';
import type { System } from './system.ts';

export interface ConsoleOptions {
  /** The state directory. */
  readonly directory: string;
  readonly system: System;
  readonly journal: JournalStore;
  readonly drills: DrillCommand | undefined;
  summary(): Pick<SystemSummary, 'phase' | 'speed' | 'awsNowMs' | 'regions'>;
  regionOf(address: string): string | undefined;
}

export interface Console {
  readonly parts: ConsoleParts;
  /** No look and no drill goes on after this. */
  end(): void;
  close(): void;
}

export function createConsole(options: ConsoleOptions): Console {
  const { directory, system, journal, summary } = options;
  const controllers = createControllerWords(directory);
  const samples = openSamples(join(directory, 'samples.sqlite'));
  const drills = createDrillRuns({
    directory,
    regions: system.regions,
    drills: options.drills,
    now: system.clock.now,
    changed: () => observer.look(),
  });
  const observer = createObserver({
    speed: system.clock.speed,
    store: samples,
    report: async () => ({
      system: summary(),
      members: system.members(),
      links: system.links(),
      processes: withFrozenGuests(await system.status()),
    }),
    controllers: controllers.read,
    regionOf: options.regionOf,
    drill: drills.progress,
  });
  return {
    parts: { directory, system, journal, observer, controllers, drills, reports: openReports(directory) },
    end: () => {
      drills.close();
      observer.close();
    },
    close: () => samples.close(),
  };
}

/** Says of each task and instance whether its process stands still: a region cannot know. */
function withFrozenGuests(processes: Awaited<ReturnType<System['status']>>): Report['processes'] {
  return Object.fromEntries(
    Object.entries(processes).map(([name, answer]) => [
      name,
      'services' in answer
        ? { ...answer, guests: answer.guests.map((guest) => ({ ...guest, frozen: isStopped(guest.pid) })) }
        : answer,
    ]),
  );
}
