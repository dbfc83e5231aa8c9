import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, test, expect } from 'vitest';
import { countRun } from './parts.mjs';
import type { Outcome } from '../harness/expectation/outcome.js';
import { EXIT } from '../harness/errors.js';
import { gate } from '../harness/expectation/gate.js';

const DIFFERENCES = [{ path: 'verdict', check: null, expected: 'rejected', actual: 'accepted' }];

const OUTCOMES: readonly Outcome[] = [
  { outcome: 'met' },
  { outcome: 'bypassed-as-expected', reason: 'the pin is forced' },
  { outcome: 'unmet', kind: 'falseAccept', differences: DIFFERENCES },
  { outcome: 'inconclusive', error: { code: 'phone-lost', message: 'gone' } },
  { outcome: 'not-run', reason: 'no phone' },
];

test.each(OUTCOMES)('a job that ended as $outcome counts as the gate takes it', (outcome) => {
  const job = { scenarioId: 'pinning/pinned-ca', phoneAlias: 'pixel' };
  const gated = gate({
    planned: [job],
    uncovered: [],
    outcomes: [{ ...job, outcome }],
    errors: [],
    badWaivers: [],
    cancelled: false,
  });
  const passes = gated.exit === EXIT.passed;
  expect(countRun(reportsWith([outcome]))).toEqual({
    passed: passes ? 1 : 0,
    failed: passes ? 0 : 1,
  });
});

test('a job without an outcome counts as failed', () => {
  expect(countRun(reportsWith([]))).toEqual({ passed: 0, failed: 1 });
});

/** A folder of reports with one run of one planned job. */
function reportsWith(outcomes: readonly Outcome[]): string {
  const reports = mkdtempSync(join(tmpdir(), 'attestlab-parts-'));
  onTestFinished(() => {
    rmSync(reports, { recursive: true, force: true });
  });
  const run = join(reports, 'runs', '20260101T000000Z-000000');
  mkdirSync(run, { recursive: true });
  const lines = [
    { type: 'plan', plan: { jobs: [{}] } },
    ...outcomes.map((outcome) => ({ type: 'outcome', outcome })),
  ];
  writeFileSync(join(run, 'journal.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
  return reports;
}
