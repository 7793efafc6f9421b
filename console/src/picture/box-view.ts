/** What is said of one box of the picture, whatever it stands for. */
import type { Box, Condition } from '@understudy/engine/console';
import type { Place } from './layout.ts';

export type BoxKind =
  | 'edge'
  | 'dns'
  | 'region'
  | 'bar'
  | 'zone'
  | 'task'
  | 'database'
  | 'instance'
  | 'card'
  | 'link'
  | 'mark';

export interface BoxView {
  readonly id: string;
  readonly kind: BoxKind;
  readonly place: Place;
  readonly condition: Condition;
  readonly because: string;
  /** The small word above, the large one, and what else there is to say. */
  readonly title: string;
  readonly value: string;
  readonly note: string;
  /** The region that it belongs to and whether that serves; for the frame and what is in it. */
  readonly isServing: boolean;
  readonly isMirrored: boolean;
  readonly emphasis: 'none' | 'warn' | 'writer';
}

export const plain = { note: '', isServing: false, isMirrored: false, emphasis: 'none' as const };

export const known = ({ id, condition, because }: Box): Pick<BoxView, 'id' | 'condition' | 'because'> => ({
  id,
  condition,
  because,
});
