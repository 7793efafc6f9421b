/** The page's state: what a picture, a sample and a record change, and what they leave as it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Picture, Sample, TimelineRecord } from '@understudy/engine/console';
import { pictureAt } from '../fixture/picture.ts';
import { FIRST_SCENE, type Scene } from '../fixture/scene.ts';
import { seated } from '../src/state/slots.ts';
import { type Action, initialState, reduce, type State } from '../src/state/state.ts';

const START = Date.UTC(2026, 0, 5, 14);
const picture = (scene: Scene = FIRST_SCENE, afterSeconds = 0): Picture =>
  pictureAt(scene, START + afterSeconds * 1000, 1);
const after = (...actions: readonly Action[]): State => actions.reduce(reduce, initialState);
const record = (id: number): TimelineRecord => ({
  id,
  atMs: START + id,
  where: 'us-east-1',
  source: 'ecs',
  event: 'task.started',
  subject: `task/${id}`,
  because: 'desired 3, running 2',
});
const sample = (atMs: number): Sample => ({
  atMs,
  okPerSecond: 1,
  refusedPerSecond: 0,
  failedPerSecond: 0,
  lagMs: null,
  tasks: {},
  active: null,
  writer: null,
});
const lost: Scene = {
  ...FIRST_SCENE,
  faults: { 'us-east-1': 'lost' },
  loss: { region: 'us-east-1', atMs: START },
};

test('tasks and instances of a lost region stay where they were, as lost', () => {
  const heard = picture(lost, 5);
  const silent: Picture = {
    ...heard,
    regions: heard.regions.map((region) =>
      region.name === 'us-east-1'
        ? { ...region, zones: [], tasks: [], database: { ...region.database, instances: [] } }
        : region,
    ),
  };
  const state = after({ type: 'picture', picture: picture() }, { type: 'picture', picture: silent });
  const [east] = state.picture!.regions;
  assert.deepEqual(
    east!.tasks.map(({ condition }) => condition),
    ['lost', 'lost', 'lost'],
  );
  assert.equal(east!.zones.length, 3);
  assert.equal(east!.database.instances.length, 2);
  assert.match(state.announcement, /us-east-1 is lost/);
});

test('a region that is not spoken of keeps its place, as unknown', () => {
  const heard = picture(FIRST_SCENE, 5);
  const state = after(
    { type: 'picture', picture: picture() },
    { type: 'picture', picture: { ...heard, regions: heard.regions.slice(1) } },
  );
  assert.deepEqual(
    state.picture!.regions.map(({ name, process }) => [name, process.condition]),
    [
      ['us-east-1', 'unknown'],
      ['us-west-2', 'well'],
    ],
  );
});

test('an older picture than the one that is drawn changes nothing', () => {
  const state = after({ type: 'picture', picture: picture(FIRST_SCENE, 9) });
  assert.equal(reduce(state, { type: 'picture', picture: picture(FIRST_SCENE, 3) }), state);
});

test('a task keeps its seat while others come and go, and a new one takes the first that is free', () => {
  const base = picture();
  const [east] = base.regions;
  const withTasks = (...ids: readonly string[]): Picture => ({
    ...base,
    regions: [{ ...east!, tasks: ids.map((id) => ({ ...east!.tasks[0]!, id, zone: 'us-east-1a' })) }],
  });
  const first = seated({}, withTasks('a', 'b', 'c'));
  assert.deepEqual(first['us-east-1a'], ['a', 'b', 'c']);
  const second = seated(first, withTasks('b', 'c'));
  assert.deepEqual(second['us-east-1a'], [null, 'b', 'c']);
  assert.deepEqual(seated(second, withTasks('c', 'd', 'b'))['us-east-1a'], ['d', 'b', 'c']);
  assert.deepEqual(seated(second, withTasks('b'))['us-east-1a'], [null, 'b']);
  assert.equal(seated(first, withTasks('c', 'b', 'a')), first, 'the same is the same');
});

test('records are counted once, in the order in which the system numbers them', () => {
  const state = after(...[5, 6, 6, 5, 7].map((id): Action => ({ type: 'record', record: record(id) })));
  assert.deepEqual(
    state.tail.map(({ id }) => id),
    [5, 6, 7],
  );
  assert.equal(state.heard, 3);
});

test('samples that are loaded and samples that stream in become one line', () => {
  const state = after(
    ...[30, 40].map((atMs): Action => ({ type: 'sample', sample: sample(atMs) })),
    { type: 'samples', samples: [10, 20, 30].map(sample) },
    { type: 'sample', sample: sample(50) },
  );
  assert.deepEqual(
    state.samples.map(({ atMs }) => atMs),
    [10, 20, 30, 40, 50],
  );
});

test('a drill that is over stays on the page until it is put away', () => {
  const running: Scene = { ...lost, drill: { id: 'one', startedMs: START } };
  const state = after(
    { type: 'picture', picture: picture(running, 10) },
    { type: 'picture', picture: picture(FIRST_SCENE, 20) },
  );
  assert.equal(state.drill?.id, 'one');
  assert.equal(reduce(state, { type: 'drill.dismissed' }).drill, null);
});
