import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Expectation } from '../expectation/expectation.js';
import type { Observation } from '../expectation/observation.js';
import { notRun, type Outcome } from '../expectation/outcome.js';
import { HarnessError } from '../errors.js';
import {
  journalLineSchema,
  RUN_FILES,
  runRecordSchema,
  type JournalLine,
  type PhoneRecord,
  type RunRecord,
} from './record.js';

/** One thing that a scenario saw on a phone, what was expected and what came of it. */
export interface ReportedObservation {
  readonly name: string;
  readonly observation: Observation;
  /** Null where nothing was expected, or the journal does not say what. */
  readonly expected: Expectation | null;
  readonly outcome: Outcome;
}

/** One planned job with all that reports tell of it. */
export interface ReportedJob {
  readonly scenarioId: string;
  readonly floor: string;
  readonly title: string;
  readonly phone: PhoneRecord;
  /** The class by whose expectations it was judged: the measured one, else the declared one. */
  readonly className: string;
  /** Null where the job never started, or never ended. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly observations: readonly ReportedObservation[];
  /** All that the journal holds of the job, in its order. */
  readonly lines: readonly JournalLine[];
  readonly outcome: Outcome;
  /** Null where the job never ended. */
  readonly ms: number | null;
  /** Number of the journal's line with the first appraisal, which can be replayed; null for none. */
  readonly appraisalSeq: number | null;
}

/** One measured operation. */
export interface Measurement {
  readonly phone: PhoneRecord;
  /** Null between scenarios. */
  readonly scenario: string | null;
  readonly operation: string;
  readonly level: string | null;
  readonly ms: number;
}

/** An error that the journal holds. */
export interface ReportedError {
  readonly phone: string | null;
  readonly scenario: string | null;
  readonly code: string;
  readonly message: string;
}

/** A run as every report sees it. */
export interface ReportedRun {
  readonly record: RunRecord;
  readonly jobs: readonly ReportedJob[];
  readonly measurements: readonly Measurement[];
  readonly errors: readonly ReportedError[];
  /** What reports have to say of themselves, as a page that could not be rendered. */
  readonly notes: readonly string[];
  /** Values that identify a unit; reports mask them. */
  readonly identifiers: readonly string[];
}

/** Reads the folder of a run, also of one that was cut off. */
export function readRun(folder: string): ReportedRun {
  const file = join(folder, RUN_FILES.record);
  const record = parseAs(runRecordSchema, readText(file), file);
  return reportedRun(record, readJournal(join(folder, RUN_FILES.journal)));
}

/** Brings a record and its journal together; a planned job without an outcome did not run. */
export function reportedRun(record: RunRecord, lines: readonly JournalLine[]): ReportedRun {
  const phones = new Map(record.phones.map((phone) => [phone.alias, phone]));
  const phone = (alias: string): PhoneRecord => {
    const found = phones.get(alias);
    if (found !== undefined) return found;
    throw new HarnessError('ERR_FILE_INVALID', `run ${record.id}: no phone "${alias}" in run.json`);
  };
  const linesOf = linesByJob(lines);
  return {
    record,
    jobs: record.plan.jobs.map((job) => reportedJob(job, phone(job.phoneAlias), linesOf(job))),
    measurements: lines.flatMap((line) =>
      line.type === 'measurement'
        ? [
            {
              phone: phone(line.phone),
              scenario: line.scenario,
              operation: line.operation,
              level: line.level,
              ms: line.ms,
            },
          ]
        : [],
    ),
    errors: lines.flatMap((line) => (line.type === 'error' ? [line] : [])),
    notes: [],
    identifiers: [
      ...record.phones.map(({ udid }) => udid),
      ...findIdentifiers([record.phones, lines]),
    ],
  };
}

/**
 * The lines of a journal. A last line without its line end was cut off while it was written and
 * is left out; any other broken line is an error that names its place.
 */
export function readJournal(file: string): readonly JournalLine[] {
  const text = readText(file);
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
    .map((line, index) => parseAs(journalLineSchema, line, `${file}:${index + 1}`));
}

type Job = RunRecord['plan']['jobs'][number];

// Sorted once: a night has thousands of lines and hundreds of jobs.
function linesByJob(journal: readonly JournalLine[]): (job: Job) => readonly JournalLine[] {
  const keyOf = (phone: string | null, scenario: string | null) =>
    JSON.stringify([phone, scenario]);
  const sorted = new Map<string, JournalLine[]>();
  for (const line of journal) {
    if (!('scenario' in line)) continue;
    const key = keyOf(line.phone, line.scenario);
    const found = sorted.get(key);
    if (found === undefined) sorted.set(key, [line]);
    else found.push(line);
  }
  return ({ phoneAlias, scenarioId }) => sorted.get(keyOf(phoneAlias, scenarioId)) ?? [];
}

function reportedJob(job: Job, phone: PhoneRecord, lines: readonly JournalLine[]): ReportedJob {
  const { scenarioId, floor, title } = job;
  const started = lines.find((line) => line.type === 'scenario-started');
  const ended = lines.find((line) => line.type === 'outcome');
  const appraisal = lines.find((line) => line.type === 'appraisal');
  return {
    scenarioId,
    floor,
    title,
    phone,
    className: phone.class ?? job.class,
    startedAt: started?.at ?? null,
    endedAt: ended?.at ?? null,
    observations: lines.flatMap((line) => {
      if (line.type !== 'observation') return [];
      const { name, observation, expected = null, outcome } = line;
      return [{ name, observation, expected, outcome }];
    }),
    lines,
    outcome: ended?.outcome ?? notRun('the journal holds no outcome'),
    ms: ended?.ms ?? null,
    appraisalSeq: appraisal?.seq ?? null,
  };
}

const IDENTIFYING_KEY = /serial|imei|meid|udid|deviceid/i;

/**
 * Values under keys that name a unit, wherever they lie. A phone states some of them: one that calls
 * its serial number `unmet` must not blot that word out of a report.
 */
function findIdentifiers(value: unknown, isIdentifying = false): readonly string[] {
  if (typeof value === 'string') {
    return isIdentifying && value.length >= 6 && /\d/.test(value) ? [value] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    findIdentifiers(inner, isIdentifying || IDENTIFYING_KEY.test(key)),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reason}`, { cause });
  }
}

function parseAs<Value>(schema: z.ZodType<Value>, text: string, place: string): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${place}: is not what a run writes`, { cause });
  }
}
