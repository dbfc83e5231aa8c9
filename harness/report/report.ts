import { HarnessError } from '../errors.js';
import { allurePageReport, allureResultsReport } from './allure/allure-report.js';
import { junitReport } from './junit.js';
import { maskRun } from './masking.js';
import { matrixReport } from './matrix/matrix-report.js';
import type { ReportedRun } from './read-run.js';
import { summaryReport } from './summary.js';

/** What a report left behind. */
export interface Written {
  /** Paths relative to the run's folder. */
  readonly files: readonly string[];
  /** What it has to say of itself, as a page that could not be rendered. */
  readonly notes?: readonly string[];
}

/** One way to tell of a run. It sees the masked run alone, so that none can forget to mask. */
export interface Report {
  readonly name: string;
  /** Writes into the run's folder. */
  write(run: ReportedRun, folder: string): Written;
}

/** The reports that cost no time to speak of; what tests the lab itself needs no more. */
export const RECORD_REPORTS: readonly Report[] = [
  junitReport,
  matrixReport,
  allureResultsReport,
  summaryReport,
];

/** The reports of every run. The summary is the last: it tells of the others too. */
export const REPORTS: readonly Report[] = [
  junitReport,
  matrixReport,
  allureResultsReport,
  allurePageReport,
  summaryReport,
];

/**
 * Writes every report of a run into its folder. One that cannot be written does not take the others
 * with it, and is an error when they are done.
 */
export function writeReports(
  run: ReportedRun,
  folder: string,
  reports: readonly Report[] = REPORTS,
): Required<Written> {
  const masked = maskRun(run);
  const files: string[] = [];
  const notes: string[] = [];
  const errors: unknown[] = [];
  for (const report of reports) {
    try {
      const written = report.write({ ...masked, notes: [...masked.notes, ...notes] }, folder);
      files.push(...written.files);
      notes.push(...(written.notes ?? []));
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      errors.push(error);
      notes.push(`${report.name} was not written: ${error.message}`);
    }
  }
  if (errors.length > 0) throw errors[0];
  return { files, notes };
}
