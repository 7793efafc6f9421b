import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY, FAILED, HOSTILE, PASSED } from './fixture.ts';
import { junitXml } from './index.ts';
import { all, parseXml } from './well-formed.ts';

test('a drill that passed is a green suite with a case for each check', () => {
  const root = parseXml(junitXml(PASSED));
  assert.equal(root.name, 'testsuites');
  const [suite, ...others] = all(root, 'testsuite');
  assert.equal(others.length, 0);
  assert.equal(suite!.attributes['name'], 'region-loss');
  assert.equal(suite!.attributes['tests'], '6');
  assert.equal(suite!.attributes['failures'], '0');
  assert.equal(suite!.attributes['timestamp'], '2026-03-01T12:00:00');
  assert.equal(suite!.attributes['time'], '66.000', 'real seconds: 660 AWS seconds at speed 10');
  assert.deepEqual(
    all(suite!, 'testcase').map(({ attributes }) => attributes['name']),
    PASSED.checks.map(({ name }) => name),
  );
  assert.equal(all(suite!, 'failure').length, 0);
});

test('figures are properties, under the names of the JSON form', () => {
  const properties = new Map(
    all(parseXml(junitXml(PASSED)), 'property').map(({ attributes }) => [
      attributes['name'],
      attributes['value'],
    ]),
  );
  assert.equal(properties.get('rto.writesSeconds'), '163.2');
  assert.equal(properties.get('rto.phases.promote'), '45.6');
  assert.equal(properties.get('rpo.seconds'), '0.42');
  assert.equal(properties.get('rpo.lostWrites'), '3');
  assert.equal(properties.get('speed'), '10');
  assert.equal(properties.get('failback.writesPausedSeconds'), '9.4');
});

test('a broken check is a failure that says what was found and what is allowed', () => {
  const suite = all(parseXml(junitXml(FAILED)), 'testsuite')[0]!;
  assert.equal(suite.attributes['failures'], '1');
  const [failure] = all(suite, 'failure');
  assert.equal(failure!.attributes['message'], 'found 371.5 s, allowed 300 s');
  assert.match(failure!.text, /writes are back in time/);
});

test('the timeline is the output, one line an event', () => {
  const [out] = all(parseXml(junitXml(PASSED)), 'system-out');
  for (const { event } of PASSED.timeline) assert.ok(out!.text.includes(event));
  assert.match(out!.text, /T\+142\.7 s {2}us-west-2 {3}cluster\.promoted/);
});

test('a failed drill is never green, whatever its checks say', () => {
  for (const checks of [[], PASSED.checks]) {
    const suite = all(parseXml(junitXml({ ...EMPTY, checks })), 'testsuite')[0]!;
    assert.equal(suite.attributes['failures'], '1');
    assert.equal(suite.attributes['tests'], String(checks.length + 1));
    assert.equal(all(suite, 'failure').length, 1);
  }
});

test('hostile text stays text', () => {
  const root = parseXml(junitXml(HOSTILE));
  assert.equal(all(root, 'script').length, 0);
  assert.match(all(root, 'testcase')[0]!.attributes['name']!, /<script>alert\("1"\)<\/script>/);
  assert.equal(all(root, 'testsuite')[0]!.attributes['timestamp'], undefined, 'no date, no timestamp');
});
