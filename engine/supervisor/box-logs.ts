/** Which log belongs to a box of the picture. A box that the picture does not have has none. */
import { join } from 'node:path';
import type { LogLine, Picture, RegionPicture } from '../console/api.ts';
import { linesOfFile, linesOfStreams } from './log-files.ts';

const MOST_LINES = 300;

export interface LogPlaces {
  /** The state directory. */
  readonly directory: string;
  /** The controller's log group, by region. */
  controllerGroup(region: string): string | undefined;
}

/** undefined: there is no such box in that region. */
export function logsOf(
  places: LogPlaces,
  picture: Picture,
  regionName: string,
  box: string,
): readonly LogLine[] | undefined {
  const { directory } = places;
  const processLog = (name: string): readonly LogLine[] =>
    linesOfFile(join(directory, 'logs', `${name}.log`), name, MOST_LINES);
  if (box === 'global' || box.startsWith('edge/'))
    return box === 'global' || picture.edges.some(({ id }) => id === box) ? processLog('global') : undefined;
  const region = picture.regions.find(({ name }) => name === regionName);
  if (!region) return undefined;
  const home = join(directory, region.name);
  if (box === region.process.id) return processLog(region.name);
  const task = region.tasks.find(({ id }) => id === box);
  if (task) return linesOfStreams(home, (_group, stream) => stream.endsWith(`/${idOf(task.id)}`), MOST_LINES);
  if (box === region.service.id) {
    const ids = region.tasks.map(({ id }) => idOf(id));
    return linesOfStreams(home, (_group, stream) => ids.some((id) => stream.endsWith(`/${id}`)), MOST_LINES);
  }
  if (box === region.controller.id) {
    const group = places.controllerGroup(region.name);
    return group === undefined ? [] : linesOfStreams(home, (name) => name === group, MOST_LINES);
  }
  return databaseLines(region, home, box);
}

function databaseLines(region: RegionPicture, home: string, box: string): readonly LogLine[] | undefined {
  const { database, loadBalancer, bucket, alarms, notifications } = region;
  const instances = database.instances.filter(({ id }) => id === box || box === database.id);
  if (instances.length > 0)
    return instances
      .flatMap(({ id }) =>
        linesOfFile(join(home, 'rds', 'instances', idOf(id), 'server.log'), idOf(id), MOST_LINES),
      )
      .sort((a, b) => a.atMs - b.atMs)
      .slice(-MOST_LINES);
  // These write no log here; what happens to them is on the timeline.
  return [loadBalancer, bucket, alarms, notifications].some(({ id }) => id === box) ? [] : undefined;
}

function idOf(box: string): string {
  return box.slice(box.indexOf('/') + 1);
}
