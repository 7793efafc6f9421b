/** A lane of the picture: one thing over time, above or below others on the same axis. */
import type { DrillResult } from '../result.ts';
import type { Panel } from './moments.ts';
import { linear, type Scale } from './scale.ts';
import { text } from './svg.ts';

export const WIDTH = 1240;
export const LEFT = 172;
export const RIGHT = 1206;
/** Names of lanes and of what is in them. */
export const GUTTER = 14;

export interface Frame {
  readonly result: DrillResult;
  readonly panel: Panel;
  readonly x: Scale;
}

export interface Lane {
  readonly height: number;
  draw(top: number): string;
}

export const frameOf = (result: DrillResult, panel: Panel): Frame => ({
  result,
  panel,
  x: linear(panel.fromSeconds, panel.toSeconds, LEFT, RIGHT),
});

export const laneTitle = (top: number, title: string): string => text(GUTTER, top + 13, title, 'lane-title');

export const laneNote = (y: number, words: string, kind = 'lane-note'): string =>
  text(GUTTER, y, words, kind);

export const nothing = (top: number, height: number): string =>
  text((LEFT + RIGHT) / 2, top + height / 2 + 4, 'nothing recorded', 'lane-note', { anchor: 'middle' });
