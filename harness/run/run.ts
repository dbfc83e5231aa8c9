import type { HarnessError } from '../errors.js';
import type { RelyingPartyEvents } from '../relying-party/index.js';
import { RUN_FILES, type RunRecord } from '../report/record.js';
import { RECORD_REPORTS, REPORTS, type Report } from '../report/report.js';
import { createAppraisalRecorder, type AppraisalRecorder } from './appraisal-recorder.js';
import { Closers } from './closers.js';
import type { TrustOf } from './backends.js';
import { setStage, type Lane, type Stage } from './compose.js';
import { Conductor, type Progress } from './conductor.js';
import { startControlApi, type ControlApi, type ControlHandlers } from './control-api.js';
import { controlHandlers } from './control-handlers.js';
import { CONTROL_ENV } from './control-protocol.js';
import { finishRun, type FinishedRun, type RunEnd } from './finish-run.js';
import { journalError, openJournal, type Journal } from './journal.js';
import { workerPhones } from './phone-directory.js';
import { leasePhones } from './phone-leases.js';
import { prepareRun, type Preparation, type PreparationOptions } from './preparation.js';
import { releasePhones } from './release-phones.js';
import { createRunFolder, type RunFolder } from './run-folder.js';
import { takeRunLock } from './run-lock.js';
import { runRecord } from './run-record.js';
import type { CollectedScenario } from './scenario.js';
import type { WorkerPhone } from './session-capabilities.js';
import type { Sabotage } from './sabotages/sabotage.js';
import { encodeTrust } from './trust-record.js';
import { storeWitness } from './witness.js';
import { settingsFor, wdioSettingsEnv, type WdioSettings } from './wdio-settings.js';

/** What a run is started with. */
export interface RunOptions extends PreparationOptions {
  /** A defect to put in, by code that tests the lab; nothing else can name one. */
  readonly sabotage?: Sabotage;
  /** How stories reach their phones; through Appium where it is left out. */
  readonly lane?: Lane;
  /** The reports that are written; whoever starts many runs reads no page of any. */
  readonly reportsWritten?: readonly Report[];
  readonly onProgress?: (progress: Progress) => void;
  /** Is told the run's folder as soon as it stands: before phones, Appium and relying party do. */
  readonly onFolder?: (folder: string) => void;
}

/** A run that is on: everything stands, and the test runner may begin. */
export interface Run {
  readonly id: string;
  readonly folder: string;
  /** What the test runner and its workers are told. */
  readonly env: Readonly<Record<string, string>>;
  readonly settings: WdioSettings;
  /** Everything that was started. */
  readonly stage: Stage;
  /** What each phone's teller must know of it, by alias. */
  readonly workers: ReadonlyMap<string, WorkerPhone>;
  /** What the run does for its workers. */
  readonly handlers: ControlHandlers;
  /** The scenarios that are told, in order. */
  readonly scenarios: readonly CollectedScenario[];
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
      folder.close();
      journal.close();
    });
    try {
      options.onFolder?.(folder.path);
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
  const faults: Error[] = [];
  let unwritable: HarnessError | null = null;
  // A disk that is full is so for every file: the first says all.
  const onUnwritable = (error: HarnessError): void => {
    if (unwritable === null) faults.push(error);
    unwritable ??= error;
  };
  const recorder = createAppraisalRecorder({ folder, journal, conductor, onUnwritable });
  await leasePhones({
    ...{ runId: folder.id, lab, plan, closers },
    onTaken: (phone, error) => {
      faults.push(error);
      conductor.phoneLost(phone, error);
    },
  });
  let trustText = '';
  const lane = options.lane ?? 'appium';
  const stage = await setStage({
    ...{ lab, policy, folder, sabotage, lane, kotlin: options.kotlin ?? null },
    onTrust: (trust) => {
      trustText = encodeTrust(trust);
      folder.storeText('trust.json', trustText);
    },
    eventsFor: (trustOf) => eventsOf({ recorder, journal, faults, trustOf }),
  });
  closers.push(() => stage.close());
  const released = new Set<string>();
  const onReleased = (phone: string): void => void released.add(phone);
  const recorded = () => onDisk(parts);
  const handlers = controlHandlers({
    ...{ conductor, recorder, stage, lab, recorded, onReleased },
    keepWitness: (witness) => {
      storeWitness({ folder, journal, onUnwritable }, witness);
    },
  });
  const phones = lab.inventory.value.phones;
  const workers = workerPhones(phones, lab.referenceValues, folder);
  const told = sabotage?.scenarios?.(scenarios) ?? scenarios;
  const settings = settingsFor({ phones, workers, stage, plan, lane, scenarios: told });
  const door = lane === 'appium' ? await startControlApi(handlers) : null;
  if (door !== null) closers.push(() => door.close());
  const record = (end: Pick<RunRecord, 'finishedAt' | 'gate'>): RunRecord =>
    runRecord(preparation, { id: folder.id, startedAt, trustText, conductor, stage, ...end });
  folder.writeRecord(record({ finishedAt: null, gate: null }));
  return {
    ...{ id: folder.id, folder: folder.path, settings, stage, workers, handlers },
    scenarios: told,
    env: door === null ? {} : workerEnv(settings, door, stage),
    finish: async (end) => {
      // What is in this process ends with it.
      if (lane === 'appium') await releasePhones({ settings, released, journal });
      // Whoever tests the harness waits for every run, and reads no page of any.
      const usual = sabotage === null && lane !== 'direct' ? REPORTS : RECORD_REPORTS;
      const reports = options.reportsWritten ?? usual;
      return finishRun({ ...parts, conductor, faults, reports, recorded, record }, end);
    },
  };
}

// Both at once: a line names evidence by its digest, so one whose evidence a crash of the machine took
// says so, and no outcome is written before both are there.
async function onDisk({ folder, journal }: Pick<RunParts, 'folder' | 'journal'>): Promise<void> {
  await Promise.all([folder.synced(), journal.synced()]);
}

function workerEnv(
  settings: WdioSettings,
  door: ControlApi,
  { probeSecret }: Stage,
): Readonly<Record<string, string>> {
  return {
    ...wdioSettingsEnv(settings),
    [CONTROL_ENV.url]: door.url,
    [CONTROL_ENV.token]: door.token,
    [CONTROL_ENV.probeSecret]: probeSecret,
  };
}

function conductorOf({ preparation, options, journal }: RunParts): Conductor {
  const { plan, expectations } = preparation;
  return new Conductor({
    plan,
    expectationsFor: (className, scenarioId) => expectations.find({ class: className, scenarioId }),
    append: (entry) => journal.append(entry),
    keep: (entry) => {
      journal.keep(entry);
    },
    nowMs: () => performance.now(),
    onProgress: options.onProgress ?? (() => undefined),
  });
}

function eventsOf(run: {
  readonly recorder: AppraisalRecorder;
  readonly journal: Journal;
  readonly faults: Error[];
  readonly trustOf: TrustOf;
}): RelyingPartyEvents {
  return {
    onAppraisal: (event) => {
      run.recorder.record(event, run.trustOf(event.input));
    },
    // The client saw `internal`; that it was no refusal must show in the gate.
    onFault: (error) => {
      run.faults.push(error instanceof Error ? error : new Error(String(error)));
      journalError(run.journal, error);
    },
  };
}
