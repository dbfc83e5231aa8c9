import { HarnessError } from '../errors.js';
import { allurePageReport, allureResultsReport } from './allure/allure-report.js';
import { junitReport } from './junit.js';
import { maskRun } from './masking.js';
import { matrixReport } from './matrix/matrix-report.js';
import type { ReportedRun } from './read-run.js';
import { evidenceReader, type EvidenceReader, type ReadAppraised } from './screened-evidence.js';
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
  /** Writes into the run's folder; what it shows of evidence, it reads through `evidence`. */
  write(run: ReportedRun, folder: string, evidence: EvidenceReader): Written;
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

/** What came of all reports of a run. */
export interface WrittenReports extends Required<Written> {
  /** Why one could not be written, for each that could not; a note says the same. */
  readonly errors: readonly HarnessError[];
}

/** Writes every report of a run into its folder. One that cannot be written takes no other with it. */
export function writeReports(
  run: ReportedRun,
  { folder, appraised }: { readonly folder: string; readonly appraised: ReadAppraised },
  reports: readonly Report[] = REPORTS,
): WrittenReports {
  const masked = maskRun(run);
  const evidence = evidenceReader({ folder, identifiers: run.identifiers, appraised });
  const files: string[] = [];
  const notes: string[] = [];
  const errors: HarnessError[] = [];
  const bugs: unknown[] = [];
  for (const report of reports) {
    try {
      const written = report.write(
        { ...masked, notes: [...masked.notes, ...notes] },
        folder,
        evidence,
      );
      files.push(...written.files);
      notes.push(...(written.notes ?? []));
    } catch (error) {
      if (error instanceof HarnessError) errors.push(error);
      else bugs.push(error);
      const reason = error instanceof Error ? error.message : String(error);
      notes.push(`${report.name} was not written: ${reason}`);
    }
  }
  if (bugs.length > 0) throw bugs[0];
  return { files, notes, errors };
}
