import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestResult } from 'allure-js-commons';
import { maskRun } from '../../masking.js';
import type { ReportedRun } from '../../read-run.js';
import type { EvidenceReader } from '../../screened-evidence.js';
import { writeAllureResults } from '../allure-report.js';

/** A run folder without evidence. */
export const none: EvidenceReader = {
  file: () => ({ withheld: 'there is none' }),
  appraised: () => ({ withheld: 'there is none' }),
};

/** Writes a run's results and reads them again, as Allure does. */
export function written(
  run: ReportedRun,
  evidence: EvidenceReader = none,
): {
  readonly folder: string;
  readonly results: TestResult[];
} {
  const parent = mkdtempSync(join(tmpdir(), 'attestlab-allure-'));
  writeAllureResults(maskRun(run), parent, { evidence, environment: {} });
  const folder = join(parent, 'allure-results');
  const results = readdirSync(folder)
    .filter((name) => name.endsWith('-result.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as TestResult);
  return { folder, results };
}

/** The one result of a run that has one. */
export function only(run: ReportedRun): TestResult {
  const { results } = written(run);
  const [result] = results;
  if (result === undefined || results.length > 1) throw new Error(`${results.length} results`);
  return result;
}
