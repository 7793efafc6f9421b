/**
 * All groups and streams of the region: records in the store, events in files, opened when first touched.
 * What changes with every event (a stream's newest times) is in memory and written once a minute.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../../wire/types.ts';
import type { ServiceContext, Table } from '../contract.ts';
import type { LogGroup, LogStream, MetricFilter } from './model.ts';
import { openStreamFiles, type StreamFiles, safeName } from './stream-files.ts';

export interface Archive {
  readonly groups: Table<LogGroup>;
  readonly filters: Table<MetricFilter>;
  group(name: string): LogGroup;
  streams(group: string): readonly LogStream[];
  stream(group: string, name: string): LogStream;
  createStream(group: string, name: string, createdMs: number): void;
  note(stream: LogStream): void;
  files(group: string, stream: string): StreamFiles;
  deleteStream(group: string, name: string): void;
  deleteGroup(name: string): void;
  /** Writes newest times and removes events beyond the groups' retention. */
  maintain(nowMs: number): void;
}

const DAY_MS = 86_400_000;

export function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `The specified ${what} does not exist.`);
}

export function refuse(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** Groups are named or given by ARN. */
export function groupNameOf(name: string | undefined, identifier: string | undefined): string {
  return name ?? /:log-group:([^:]+)/.exec(identifier ?? '')?.[1] ?? identifier ?? '';
}

export function openArchive(context: ServiceContext): Archive {
  const groups = context.store.table<LogGroup>('log-groups');
  const streams = context.store.table<LogStream>('log-streams');
  const filters = context.store.table<MetricFilter>('metric-filters');
  const live = new Map<string, LogStream>(streams.entries());
  const changed = new Set<string>();
  const open = new Map<string, StreamFiles>();
  const keyOf = (group: string, stream: string): string => JSON.stringify([group, stream]);
  const folderOf = (group: string, ...stream: string[]): string =>
    join(context.directory, safeName(group), ...stream.map(safeName));

  const files = (group: string, stream: string): StreamFiles => {
    const key = keyOf(group, stream);
    const found = open.get(key) ?? openStreamFiles(folderOf(group, stream));
    open.set(key, found);
    return found;
  };
  const forget = (group: string, stream: string): void => {
    const key = keyOf(group, stream);
    streams.delete(key);
    live.delete(key);
    changed.delete(key);
    open.delete(key);
  };
  const archive: Archive = {
    groups,
    filters,
    group: (name) => {
      const found = groups.get(name);
      if (!found) throw notFound('log group');
      return found;
    },
    streams: (group) => [...live.values()].filter((stream) => stream.group === group),
    stream: (group, name) => {
      archive.group(group);
      const found = live.get(keyOf(group, name));
      if (!found) throw notFound('log stream');
      return found;
    },
    createStream: (group, name, createdMs) => {
      const stream = { group, name, createdMs };
      streams.put(keyOf(group, name), stream);
      live.set(keyOf(group, name), stream);
    },
    note: (stream) => {
      const key = keyOf(stream.group, stream.name);
      live.set(key, stream);
      changed.add(key);
    },
    files,
    deleteStream: (group, name) => {
      forget(group, name);
      rmSync(folderOf(group, name), { recursive: true, force: true });
    },
    deleteGroup: (name) => {
      context.store.transaction(() => {
        for (const stream of archive.streams(name)) forget(name, stream.name);
        for (const [id, filter] of filters.entries()) if (filter.group === name) filters.delete(id);
        groups.delete(name);
      });
      rmSync(folderOf(name), { recursive: true, force: true });
    },
    maintain: (nowMs) => {
      context.store.transaction(() => {
        for (const key of changed) streams.put(key, live.get(key) as LogStream);
      });
      changed.clear();
      for (const { name, retentionInDays } of groups.values())
        if (retentionInDays !== undefined)
          for (const stream of archive.streams(name))
            if ((stream.firstEventMs ?? nowMs) < nowMs - retentionInDays * DAY_MS)
              files(name, stream.name).expire(nowMs - retentionInDays * DAY_MS);
    },
  };
  return archive;
}
