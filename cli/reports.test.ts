/** Reports that stay: whole or not at all, each under an id of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReportEntry } from '@understudy/engine/console';
import { begun, broken } from './drill-report.ts';
import { reportId, saveReport } from './reports.ts';

test('a report is a folder with its result, its page and its entry; a second one of its id gets a number', () => {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-reports-'));
  try {
    const atMs = Date.UTC(2026, 10, 23, 7, 15, 2);
    const id = reportId(atMs, 'region-loss');
    assert.equal(id, '20261123-071502-region-loss');
    const entry: ReportEntry = {
      ...{ id, kind: 'drill', title: 'region-loss', verdict: 'passed', atMs, headline: '', figures: {} },
    };
    saveReport(directory, { entry, result: { n: 1 }, html: '<p>1' });
    const second = saveReport(directory, { entry, result: { n: 2 }, html: '<p>2' });
    assert.deepEqual(readdirSync(join(directory, 'reports')), [id, `${id}-2`]);
    assert.deepEqual(JSON.parse(readFileSync(join(second, 'result.json'), 'utf8')), { n: 2 });
    assert.equal(readFileSync(join(second, 'report.html'), 'utf8'), '<p>2');
    const kept = JSON.parse(readFileSync(join(second, 'entry.json'), 'utf8')) as ReportEntry;
    assert.deepEqual(kept, { ...entry, id: `${id}-2` });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a drill that breaks keeps what it had seen, and says why', () => {
  const so = { ...begun('x', 'region-loss', 5), acknowledged: 7 };
  assert.deepEqual(broken(so, 'the system has gone'), {
    ...so,
    state: 'broken',
    because: 'the system has gone',
  });
});
