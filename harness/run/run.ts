import { HarnessError } from '../errors.js';
import { gate as decideGate } from '../expectation/gate.js';
import { inconclusive } from '../expectation/outcome.js';
import type { RelyingPartyEvents } from '../relying-party/index.js';
import { readRun } from '../report/read-run.js';
import { RUN_FILES, type RunRecord } from '../report/record.js';
import { RECORD_REPORTS, REPORTS, writeReports } from '../report/report.js';
import { createAppraisalRecorder, type AppraisalRecorder } from './appraisal-recorder.js';
import type { VirtualLab } from '../virtual-lab/virtual-lab.js';
import { Closers } from './closers.js';
import { setStage } from './compose.js';
import { Conductor, type JobOutcome, type Progress } from './conductor.js';
import { startControlApi } from './control-api.js';
import { controlHandlers } from './control-handlers.js';
import { CONTROL_ENV } from './control-protocol.js';
import { openJournal, type Journal } from './journal.js';
import { workerPhones } from './phone-directory.js';
import { leasePhones } from './phone-leases.js';
import { prepareRun, type Preparation } from './preparation.js';
import { releasePhones } from './release-phones.js';
import { createRunFolder, type RunFolder } from './run-folder.js';
import { takeRunLock } from './run-lock.js';
import { runRecord } from './run-record.js';
import type { Sabotage } from './sabotages/sabotage.js';
import { encodeTrust } from './trust-record.js';
import { settingsFor, wdioSettingsEnv, type WdioSettings } from './wdio-settings.js';

/** What a run is started with. */
export interface RunOptions {
  /** The lab's folder, or its `lab.yaml`. */
  readonly lab: string;
  /** Where the run's folder goes, if not where the lab says. */
  readonly reports?: string;
  /** A defect to put in, by code that tests the lab; nothing else can name one. */
  readonly sabotage?: Sabotage;
  readonly onProgress?: (progress: Progress) => void;
}

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
}

/** A run that is on: everything stands, and the test runner may begin. */
export interface Run {
  readonly id: string;
  readonly folder: string;
  /** What the test runner and its workers are told. */
  readonly env: Readonly<Record<string, string>>;
  readonly settings: WdioSettings;
  /** The run's virtual phones; null where the lab has none. */
  readonly virtualLab: VirtualLab | null;
  /** Settles every job, releases the phones, decides the gate, writes reports, ends every part. */
  finish(end: RunEnd): Promise<FinishedRun>;
}

interface RunParts {
  readonly preparation: Preparation;
  readonly options: RunOptions;
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly closers: Closers;
}

/** Reads the lab, plans, takes the lock and starts every part of a run. */
export async function startRun(options: RunOptions): Promise<Run> {
  const preparation = await prepareRun(options);
  const { reportsFolder } = preparation.lab;
  const closers = new Closers();
  try {
    const lock = await takeRunLock(reportsFolder);
    closers.push(() => lock.release());
    const folder = createRunFolder(reportsFolder, new Date());
    const journal = openJournal(folder.file(RUN_FILES.journal), () => new Date());
    closers.push(() => {
      journal.close();
    });
    try {
      return await beginRun({ preparation, options, folder, journal, closers });
    } catch (error) {
      journalError(journal, error);
      throw error;
    }
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function beginRun(parts: RunParts): Promise<Run> {
  const { preparation, options, folder, journal, closers } = parts;
  const { lab, policy, plan, scenarios } = preparation;
  const sabotage = options.sabotage ?? null;
  const startedAt = new Date().toISOString();
  const conductor = conductorOf(parts);
  const recorder = createAppraisalRecorder({ folder, journal, conductor });
  const faults: Error[] = [];
  await leasePhones({
    ...{ runId: folder.id, lab, plan, closers },
    onTaken: (phone, error) => {
      faults.push(error);
      conductor.phoneLost(phone, error);
    },
  });
  let trustText = '';
  const stage = await setStage({
    ...{ lab, policy, folder, sabotage },
    onTrust: (trust) => {
      trustText = encodeTrust(trust);
      folder.storeText('trust.json', trustText);
    },
    events: eventsOf({ recorder, journal, faults }),
  });
  closers.push(() => stage.close());
  const released = new Set<string>();
  const onReleased = (phone: string): void => void released.add(phone);
  const api = await startControlApi(
    controlHandlers({ conductor, recorder, stage, lab, onReleased }),
  );
  const phones = lab.inventory.value.phones;
  const workers = workerPhones(phones, lab.referenceValues, folder);
  const settings = settingsFor({
    ...{ phones, workers, stage, plan },
    scenarios: sabotage?.scenarios?.(scenarios) ?? scenarios,
  });
  closers.push(() => api.close());
  const record = (end: Pick<RunRecord, 'finishedAt' | 'gate'>): RunRecord =>
    runRecord(preparation, { id: folder.id, startedAt, trustText, conductor, ...end });
  folder.writeRecord(record({ finishedAt: null, gate: null }));
  return {
    ...{ id: folder.id, folder: folder.path, settings, virtualLab: stage.virtualLab },
    env: {
      ...wdioSettingsEnv(settings),
      [CONTROL_ENV.url]: api.url,
      [CONTROL_ENV.token]: api.token,
      [CONTROL_ENV.probeSecret]: stage.probeSecret,
    },
    finish: async (end) => {
      await releasePhones({ settings, released, journal });
      return finishRun({ ...parts, conductor, faults, record }, end);
    },
  };
}

async function finishRun(
  run: RunParts & {
    readonly conductor: Conductor;
    readonly faults: readonly Error[];
    readonly record: (end: Pick<RunRecord, 'finishedAt' | 'gate'>) => RunRecord;
  },
  { cancelled, errors }: RunEnd,
): Promise<FinishedRun> {
  const { preparation, folder, journal, closers, conductor } = run;
  const { plan } = preparation;
  try {
    for (const error of errors) journalError(journal, error);
    const cancellation = new HarnessError('ERR_CANCELLED', 'the run was cancelled');
    const outcomes = conductor.settleAll(cancelled ? inconclusive(cancellation) : null);
    const decided = decideGate({
      planned: plan.jobs,
      uncovered: plan.uncovered,
      outcomes: outcomes.map(({ job, outcome }) => ({ ...job, outcome })),
      errors: [...errors, ...run.faults],
      badWaivers: [],
      cancelled,
    });
    const gate = { ...decided, reasons: [...decided.reasons] };
    journal.append({ type: 'finished', gate });
    const record = run.record({ finishedAt: new Date().toISOString(), gate });
    folder.writeRecord(record);
    // Whoever breaks the lab to test it waits for every run, and reads no page of any.
    const reports = run.options.sabotage === undefined ? REPORTS : RECORD_REPORTS;
    const { notes } = writeReports(readRun(folder.path), folder.path, reports);
    folder.publish();
    return { id: folder.id, folder: folder.path, record, gate, outcomes, notes };
  } finally {
    await closers.closeAll();
  }
}

function conductorOf({ preparation, options, journal }: RunParts): Conductor {
  const { plan, expectations } = preparation;
  return new Conductor({
    plan,
    expectationsFor: (className, scenarioId) => expectations.find({ class: className, scenarioId }),
    append: (entry) => journal.append(entry),
    nowMs: () => performance.now(),
    onProgress: options.onProgress ?? (() => undefined),
  });
}

function eventsOf(run: {
  readonly recorder: AppraisalRecorder;
  readonly journal: Journal;
  readonly faults: Error[];
}): RelyingPartyEvents {
  return {
    onAppraisal: (event) => {
      run.recorder.record(event);
    },
    // The client saw `internal`; that it was no refusal must show in the gate.
    onFault: (error) => {
      run.faults.push(error instanceof Error ? error : new Error(String(error)));
      journalError(run.journal, error);
    },
  };
}

function journalError(journal: Journal, error: unknown): void {
  const code = error instanceof HarnessError ? error.code : 'ERR_UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  journal.append({ type: 'error', phone: null, scenario: null, code, message });
}
