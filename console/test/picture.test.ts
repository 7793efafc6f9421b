/** What is drawn of a picture, and where: seats, arrows, and what a change of the system may move. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureAt } from '../fixture/picture.ts';
import { FIRST_SCENE, PHASE_ENDS, type Scene } from '../fixture/scene.ts';
import { arrowsOf } from '../src/picture/arrows.ts';
import type { BoxView } from '../src/picture/box-view.ts';
import { boxesOf } from '../src/picture/boxes.ts';
import { marksPerSecond, widthOf } from '../src/picture/flow.ts';
import { CANVAS, type Place, pathThrough } from '../src/picture/layout.ts';
import { writerSide } from '../src/picture/roles.ts';
import { seated } from '../src/state/slots.ts';

const START = Date.UTC(2026, 0, 5, 14);
const LOST: Scene = {
  ...FIRST_SCENE,
  faults: { 'us-east-1': 'lost' },
  loss: { region: 'us-east-1', atMs: START },
};
const at = (scene: Scene, seconds: number) => pictureAt(scene, START + seconds * 1000, 1);
const boxes = (scene: Scene, seconds: number): readonly BoxView[] => {
  const picture = at(scene, seconds);
  return boxesOf(picture, seated({}, picture));
};
const placesOf = (all: readonly BoxView[], kinds: readonly string[]): readonly (readonly [string, Place])[] =>
  all.filter(({ kind }) => kinds.includes(kind)).map(({ id, place }) => [id, place]);

test('no two boxes of a kind overlap, and all are on the canvas', () => {
  const all = boxes(FIRST_SCENE, 0);
  const overlap = (a: Place, b: Place): boolean =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  const solid = all.filter(({ kind }) => !['region', 'zone', 'database', 'mark'].includes(kind));
  for (const [index, one] of solid.entries()) {
    for (const other of solid.slice(index + 1))
      assert.ok(!overlap(one.place, other.place), `${one.id} and ${other.id}`);
    assert.ok(one.place.x >= 0 && one.place.x + one.place.width <= CANVAS.width, one.id);
    assert.ok(one.place.y + one.place.height <= CANVAS.height, one.id);
  }
});

test('a takeover moves the marks, and nothing that has not changed place', () => {
  const [before, after] = [boxes(FIRST_SCENE, 0), boxes(LOST, PHASE_ENDS.recover + 1)];
  const still = ['edge', 'dns', 'region', 'bar', 'zone', 'task', 'database', 'instance', 'card', 'link'];
  assert.deepEqual(placesOf(after, still), placesOf(before, still));
  const marks = (all: readonly BoxView[]) =>
    all.filter(({ kind }) => kind === 'mark').map(({ place }) => place.x);
  assert.ok(marks(before).every((x) => x < CANVAS.width / 2));
  assert.ok(marks(after).every((x) => x > CANVAS.width / 2));
});

test('the writer is the region that lives, whatever a lost one said last', () => {
  assert.equal(writerSide(at(FIRST_SCENE, 0)), 0);
  assert.equal(
    writerSide(at(LOST, PHASE_ENDS.promote - 1)),
    0,
    'until another is promoted it is where it was',
  );
  assert.equal(writerSide(at(LOST, PHASE_ENDS.promote + 1)), 1);
});

test('requests go to the region that DNS names; what fails is told apart', () => {
  const arrow = (scene: Scene, seconds: number, id: string) =>
    arrowsOf(at(scene, seconds)).find((one) => one.id === id)!;
  assert.ok(arrow(FIRST_SCENE, 0, 'dns>us-east-1').okPerSecond > 1);
  assert.equal(arrow(FIRST_SCENE, 0, 'dns>us-west-2').okPerSecond, 0);
  const failing = arrow(LOST, 10, 'dns>us-east-1');
  assert.ok(failing.failedPerSecond > 1 && failing.isBroken);
  assert.match(failing.label, /✕ .* failed/);
  assert.ok(arrow(LOST, PHASE_ENDS.recover + 1, 'dns>us-west-2').okPerSecond > 1);
});

test('replication turns with the writer, and a cut link stops it', () => {
  const arrow = (scene: Scene, seconds: number) =>
    arrowsOf(at(scene, seconds)).find(({ id }) => id === 'replication/database')!;
  assert.equal(arrow(FIRST_SCENE, 0).to, 'us-west-2/database');
  assert.equal(arrow(FIRST_SCENE, 0).label, '87 ms');
  assert.equal(arrow(LOST, PHASE_ENDS.recover + 1).to, 'us-east-1/database');
  const cut: Scene = { ...FIRST_SCENE, faults: { 'link/us-east-1..us-west-2': 'lost' } };
  assert.deepEqual([arrow(cut, 0).isBroken, arrow(cut, 0).label], [true, '✕ cut']);
});

test('every arrow joins boxes that there are', () => {
  const ids = new Set(boxes(LOST, 10).map(({ id }) => id));
  for (const { from, to, id } of arrowsOf(at(LOST, 10))) assert.ok(ids.has(from) && ids.has(to), id);
});

test('more requests look like more, and a tremble of the rate like nothing', () => {
  assert.equal(marksPerSecond(0), 0);
  assert.ok(marksPerSecond(0.1) > 0);
  assert.ok(marksPerSecond(20) > marksPerSecond(5));
  assert.ok(widthOf(200) > widthOf(2));
  assert.equal(marksPerSecond(20), marksPerSecond(20.7));
});

test('a line through points rounds its corners and ends where it should', () => {
  assert.equal(
    pathThrough([
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ]),
    'M0 0 L10 0',
  );
  const path = pathThrough(
    [
      { x: 0, y: 0 },
      { x: 50, y: 0 },
      { x: 50, y: 40 },
    ],
    10,
  );
  assert.equal(path, 'M0 0 L40 0 Q50 0 50 10 L50 40');
});
