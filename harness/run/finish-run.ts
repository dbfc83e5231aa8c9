import { HarnessError } from '../errors.js';
import { gate as decideGate } from '../expectation/gate.js';
import { inconclusive } from '../expectation/outcome.js';
import { reportedRun, type ReportedRun } from '../report/read-run.js';
import type { RunRecord } from '../report/record.js';
import { writeReports, type Report } from '../report/report.js';
import type { ReadAppraised } from '../report/screened-evidence.js';
import type { Closers } from './closers.js';
import type { Conductor, JobOutcome } from './conductor.js';
import { journalError, type Journal } from './journal.js';
import type { Preparation } from './preparation.js';
import { rawEvidence } from './raw-evidence.js';
import { recordedInput } from './recorded-input.js';
import type { RunFolder } from './run-folder.js';

/** How the test runner's part ended. */
export interface RunEnd {
  readonly cancelled: boolean;
  /** What broke outside any job. */
  readonly errors: readonly Error[];
}

/** What came of a run. */
export interface FinishedRun {
  readonly id: string;
  readonly folder: string;
  readonly record: RunRecord;
  readonly gate: NonNullable<RunRecord['gate']>;
  readonly outcomes: readonly JobOutcome[];
  /** What the reports have to say of themselves. */
  readonly notes: readonly string[];
  /** The run as its reports tell of it, with what the disk did not take. */
  readonly reported: ReportedRun;
  /** What could not be written once the gate had decided; the verdicts stand without it. */
  readonly reportErrors: readonly HarnessError[];
}

/** What is left of a run when its phones are done. */
export interface EndingRun {
  readonly preparation: Preparation;
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly closers: Closers;
  readonly conductor: Conductor;
  /** What broke outside any job while it was on. */
  readonly faults: readonly Error[];
  readonly reports: readonly Report[];
  /** Resolves once everything that was recorded so far is on the disk. */
  readonly recorded: () => Promise<void>;
  readonly record: (end: Pick<RunRecord, 'finishedAt' | 'gate'>) => RunRecord;
}

/**
 * Settles every job, decides the gate and writes record and reports, on a full disk what there is room
 * for; then ends every part of the run.
 */
export async function finishRun(
  run: EndingRun,
  { cancelled, errors }: RunEnd,
): Promise<FinishedRun> {
  const { preparation, folder, journal, closers, conductor } = run;
  const { plan } = preparation;
  try {
    // What follows is short, and says what the rest was worth.
    folder.freeReserve();
    journal.writeUnwritten();
    for (const error of errors) journalError(journal, error);
    const cancellation = new HarnessError('ERR_CANCELLED', 'the run was cancelled');
    const outcomes = conductor.settleAll(cancelled ? inconclusive(cancellation) : null);
    // What may be gone with the machine is no ground for a gate that passes.
    const unkept = await orError(run.recorded);
    const unwritable = journal.failure === null ? [] : [journal.failure];
    const decided = decideGate({
      planned: plan.jobs,
      uncovered: plan.uncovered,
      outcomes: outcomes.map(({ job, outcome }) => ({ ...job, outcome })),
      errors: [...errors, ...new Set([...run.faults, ...unwritable, ...unkept])],
      badWaivers: [],
      cancelled,
    });
    const gate = { ...decided, reasons: [...decided.reasons] };
    journal.keep({ type: 'finished', gate });
    const record = run.record({ finishedAt: new Date().toISOString(), gate });
    const unwritten = await orError(async () => {
      folder.writeRecord(record);
      // Where it failed once, the gate has said so.
      if (unkept.length === 0) await journal.synced();
    });
    const reported = reportedRun(record, [...journal.lines, ...journal.unwritten]);
    const { notes, errors: reportErrors } = writeReports(
      reported,
      { folder: folder.path, appraised: appraisedIn(folder.path) },
      run.reports,
    );
    const unpublished = await orError(() => {
      folder.publish();
    });
    return {
      ...{ id: folder.id, folder: folder.path, record, gate, outcomes, notes, reported },
      reportErrors: [...unwritten, ...reportErrors, ...unpublished],
    };
  } finally {
    await closers.closeAll();
  }
}

// What the disk did not keep is told of by the gate; a report goes without it.
function appraisedIn(folder: string): ReadAppraised {
  return (line) => {
    try {
      return rawEvidence(recordedInput(folder, line).evidence);
    } catch (error) {
      if (error instanceof HarnessError) return null;
      throw error;
    }
  };
}

/** What could not be written, where the rest of the run's end must go on without it. */
async function orError(write: () => void | Promise<void>): Promise<readonly HarnessError[]> {
  try {
    await write();
    return [];
  } catch (error) {
    if (error instanceof HarnessError) return [error];
    throw error;
  }
}
