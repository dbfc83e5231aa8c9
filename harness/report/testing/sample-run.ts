import type { Outcome } from '../../expectation/outcome.js';
import type { JournalEntry, JournalLine, PhoneRecord, RunRecord } from '../record.js';
import { reportedRun, type ReportedRun } from '../read-run.js';

const startedAt = '2026-11-23T22:00:00.000Z';
const hash = 'a'.repeat(64);

/** The outcome of an expectation that was met. */
export const met: Outcome = { outcome: 'met' };

/** An acceptance where a refusal was due. */
export const falseAccept: Outcome = {
  outcome: 'unmet',
  kind: 'falseAccept',
  differences: [
    {
      path: 'checks.android-key/challenge-matches',
      check: 'android-key/challenge-matches',
      expected: 'failed',
      actual: 'passed',
    },
  ],
};

/** A phone of a sample run. */
export function samplePhone(changes: Partial<PhoneRecord> = {}): PhoneRecord {
  return {
    alias: 'pixel',
    udid: 'R5CT1234ABC',
    platform: 'android',
    virtual: true,
    declaredClass: 'android-tee',
    class: 'android-tee',
    facts: {},
    drift: [],
    ...changes,
  };
}

/** A finished run's record with the given phones and one job a phone and scenario. */
export function sampleRecord(
  scenarios: readonly string[],
  phones: readonly PhoneRecord[] = [samplePhone()],
  changes: Partial<RunRecord> = {},
): RunRecord {
  return {
    version: 1,
    id: '20261123T220000Z-abcdef',
    startedAt,
    finishedAt: '2026-11-23T22:00:12.500Z',
    product: { name: 'attestlab', version: '0.1.0' },
    lab: 'virtual',
    policyId: 'lab',
    hashes: { policy: hash, trust: hash, verifier: hash, lab: hash, expectations: hash },
    timeScale: 0.05,
    phones,
    plan: {
      jobs: phones.flatMap((phone) =>
        scenarios.map((scenarioId) => ({
          scenarioId,
          floor: scenarioId.split('/')[0] ?? scenarioId,
          title: `title of ${scenarioId}`,
          phoneAlias: phone.alias,
          class: phone.declaredClass,
        })),
      ),
      unmatched: [],
      uncovered: [],
    },
    gate: { exit: 0, reasons: [] },
    ...changes,
  };
}

/** Entries as lines of a journal. */
export function sampleJournal(entries: readonly JournalEntry[]): readonly JournalLine[] {
  return entries.map((entry, index): JournalLine => ({ ...entry, seq: index + 1, at: startedAt }));
}

/** The journal's line of a job's outcome. */
export function outcomeEntry(scenario: string, outcome: Outcome, phone = 'pixel'): JournalEntry {
  return { type: 'outcome', phone, scenario, ms: 1500, outcome };
}

/** A run of one virtual phone with an outcome for each scenario. */
export function sampleRun(
  outcomes: Readonly<Record<string, Outcome>>,
  more: readonly JournalEntry[] = [],
  changes: Partial<RunRecord> = {},
): ReportedRun {
  const entries = Object.entries(outcomes).map(([id, outcome]) => outcomeEntry(id, outcome));
  const record = sampleRecord(Object.keys(outcomes), [samplePhone()], changes);
  return reportedRun(record, sampleJournal([...entries, ...more]));
}
