import { junitReport } from './junit.js';
import { maskRun } from './masking.js';
import type { ReportedRun } from './read-run.js';
import { summaryReport } from './summary.js';

/** One way to tell of a run. It sees the masked run alone, so that none can forget to mask. */
export interface Report {
  readonly name: string;
  /** Writes into the run's folder and returns the paths of what it wrote, relative to it. */
  write(run: ReportedRun, folder: string): readonly string[];
}

/** The reports of every run. */
export const REPORTS: readonly Report[] = [junitReport, summaryReport];

/** Writes every report of a run into its folder. */
export function writeReports(
  run: ReportedRun,
  folder: string,
  reports: readonly Report[] = REPORTS,
): readonly string[] {
  const masked = maskRun(run);
  return reports.flatMap((report) => report.write(masked, folder));
}
