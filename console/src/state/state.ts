/**
 * Everything that the page knows, in one value, and the one function that changes it. Pure: the stream, the answers
 * of the control API and what a person does arrive as actions.
 */
import type {
  CatalogueEntry,
  DrillProgress,
  Picture,
  Sample,
  TimelineRecord,
} from '@understudy/engine/console';
import type { Question } from '../actions/questions.ts';
import { announcementOf } from '../words/announcement.ts';
import { remembered } from './remembered.ts';
import { type Slots, seated } from './slots.ts';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly because: string; readonly attempt: number }
  | { readonly state: 'refused'; readonly because: string };

export interface Filter {
  readonly text: string;
  readonly where: string;
  readonly event: string;
}

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface State {
  readonly connection: Connection;
  readonly picture: Picture | null;
  readonly slots: Slots;
  readonly samples: readonly Sample[];
  /** The last records that streamed in, and how many did in all: what the timeline grows by. */
  readonly tail: readonly TimelineRecord[];
  readonly heard: number;
  readonly drill: DrillProgress | null;
  readonly drills: readonly CatalogueEntry[];
  readonly announcement: string;
  readonly selected: string | null;
  readonly view: 'picture' | 'reports';
  readonly filter: Filter;
  readonly range: Range | null;
  readonly question: Question | null;
}

export type Action =
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'picture'; readonly picture: Picture }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'samples'; readonly samples: readonly Sample[] }
  | { readonly type: 'record'; readonly record: TimelineRecord }
  | { readonly type: 'drills'; readonly drills: readonly CatalogueEntry[] }
  | { readonly type: 'drill.dismissed' }
  | { readonly type: 'select'; readonly id: string | null }
  | { readonly type: 'view'; readonly view: State['view'] }
  | { readonly type: 'filter'; readonly filter: Partial<Filter> }
  | { readonly type: 'range'; readonly range: Range | null }
  | { readonly type: 'ask'; readonly question: Question | null };

/** A day at a sample each ten seconds; older ones are asked for when they are looked at. */
export const MAX_SAMPLES = 8640;

const MAX_TAIL = 500;

export const initialState: State = {
  connection: { state: 'connecting' },
  picture: null,
  slots: {},
  samples: [],
  tail: [],
  heard: 0,
  drill: null,
  drills: [],
  announcement: '',
  selected: null,
  view: 'picture',
  filter: { text: '', where: '', event: '' },
  range: null,
  question: null,
};

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'connection':
      return same(state.connection, action.connection) ? state : { ...state, connection: action.connection };
    case 'picture':
      return withPicture(state, action.picture);
    case 'sample':
      return { ...state, samples: withSample(state.samples, action.sample) };
    case 'samples':
      return { ...state, samples: action.samples.reduce(withSample, state.samples) };
    case 'record':
      return (state.tail.at(-1)?.id ?? 0) >= action.record.id
        ? state
        : { ...state, tail: [...state.tail, action.record].slice(-MAX_TAIL), heard: state.heard + 1 };
    case 'drills':
      return { ...state, drills: action.drills };
    case 'drill.dismissed':
      return { ...state, drill: null };
    case 'select':
      return { ...state, selected: action.id };
    case 'view':
      return { ...state, view: action.view };
    case 'filter':
      return { ...state, filter: { ...state.filter, ...action.filter } };
    case 'range':
      return { ...state, range: action.range };
    case 'ask':
      return { ...state, question: action.question };
  }
}

function withPicture(state: State, heard: Picture): State {
  if (state.picture && heard.atMs < state.picture.atMs) return state;
  const picture = remembered(state.picture, heard);
  return {
    ...state,
    picture,
    slots: seated(state.slots, picture),
    drill: picture.drill ?? state.drill,
    announcement: announcementOf(state.picture, picture) ?? state.announcement,
  };
}

/** By time, one of each moment: what is loaded and what streams in may overlap. */
function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (!last || sample.atMs > last.atMs) return [...samples, sample].slice(-MAX_SAMPLES);
  const at = samples.findIndex(({ atMs }) => atMs >= sample.atMs);
  const found = samples[at]?.atMs === sample.atMs ? 1 : 0;
  return [...samples.slice(0, at), sample, ...samples.slice(at + found)];
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
