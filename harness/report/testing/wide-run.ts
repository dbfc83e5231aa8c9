import { inconclusive, type Outcome } from '../../expectation/outcome.js';
import { HarnessError } from '../../errors.js';
import { FLOORS } from '../floors.js';
import { reportedRun, type ReportedRun } from '../read-run.js';
import type { JournalEntry, PhoneRecord, RunRecord } from '../record.js';
import {
  falseAccept,
  met,
  outcomeEntry,
  sampleJournal,
  samplePhone,
  sampleRecord,
} from './sample-run.js';

const CLASSES: readonly (readonly [string, PhoneRecord['platform']])[] = [
  ['android-strongbox', 'android'],
  ['android-tee', 'android'],
  ['android-emulator', 'android'],
  ['android-rooted', 'android'],
  ['android-leaked-keybox', 'android'],
  ['iphone-secure-enclave', 'ios'],
  ['iphone-jailbroken', 'ios'],
  ['ios-simulator', 'ios'],
];

const lost = inconclusive(new HarnessError('ERR_DEVICE_LOST', 'the session ended'));

const falseReject: Outcome = {
  outcome: 'unmet',
  kind: 'falseReject',
  differences: [
    { path: 'verdict', check: null, expected: 'accepted', actual: 'rejected' },
    {
      path: 'checks.android-key/boot-verified',
      check: 'android-key/boot-verified',
      expected: 'passed',
      actual: 'failed: SELF_SIGNED',
    },
  ],
};

/** A run of every floor on eight classes, with one of each kind of outcome: what a page must bear. */
export function wideRun(): ReportedRun {
  const phones = CLASSES.map(([name, platform], index) =>
    samplePhone({
      ...{ alias: `phone-${index}`, udid: `UDID-${index}000`, platform },
      ...{ class: name, declaredClass: index === 3 ? 'android-tee' : name },
      virtual: index !== 1,
      facts: { osVersion: '16', strongbox: index === 0, securityPatch: '2026-10-05' },
      drift: index === 3 ? [{ fact: 'rooted', declared: false, measured: true }] : [],
    }),
  );
  const scenarios = FLOORS.flatMap(({ id }) => [`${id}/accepted`, `${id}/refused`, `${id}/other`]);
  const record = sampleRecord(scenarios, phones, {
    gate: { exit: 1, reasons: ['falseAccept: attestation/other on phone-4'] },
    references: { 'attestation/refused': ['MASVS-RESILIENCE-1', 'RFC 9334, 10', '<b>a book</b>'] },
  });
  return reportedRun(
    withUnmatched(record),
    sampleJournal(phones.flatMap((phone) => lines(phone, scenarios))),
  );
}

// Hooks need a phone on which something can be hooked.
function withUnmatched(record: RunRecord): RunRecord {
  const applies = (id: string, alias: string): boolean =>
    !id.startsWith('hooking/') || alias === 'phone-3' || alias === 'phone-6';
  const { jobs } = record.plan;
  return {
    ...record,
    plan: {
      jobs: jobs.filter((job) => applies(job.scenarioId, job.phoneAlias)),
      unmatched: jobs
        .filter((job) => !applies(job.scenarioId, job.phoneAlias))
        .map(({ scenarioId, phoneAlias }) => ({
          scenarioId,
          phoneAlias,
          why: 'needs rooted true',
        })),
      uncovered: [],
    },
  };
}

function lines(
  { alias: phone }: PhoneRecord,
  scenarios: readonly string[],
): readonly JournalEntry[] {
  return scenarios.flatMap((scenario): readonly JournalEntry[] => {
    const outcome = outcomeOf(scenario, phone);
    if (outcome === null) return [];
    const own = { phone, scenario };
    return [
      { type: 'scenario-started', ...own },
      {
        type: 'measurement',
        ...own,
        operation: 'key.generate',
        level: 'tee',
        ms: 40 + scenario.length,
      },
      {
        type: 'observation',
        ...own,
        name: 'answer',
        observation: scenario.endsWith('/refused')
          ? {
              ...{ kind: 'response', status: 403, code: 'challenge_mismatch' },
              checks: [
                { id: 'csr/well-formed', status: 'passed' },
                {
                  ...{ id: 'android-key/challenge-matches', status: 'failed' },
                  ...{ expected: 'the challenge', actual: '<script>alert(1)</script>' },
                },
              ],
            }
          : { kind: 'response', status: 201, code: null, checks: [] },
        outcome: outcome.outcome === 'inconclusive' ? met : outcome,
      },
      outcomeEntry(scenario, outcome, phone),
    ];
  });
}

function outcomeOf(scenario: string, phone: string): Outcome | null {
  switch (`${scenario} ${phone}`) {
    case 'attestation/other phone-4':
      return falseAccept;
    case 'attestation/accepted phone-1':
      return falseReject;
    case 'pinning/other phone-5':
      return { ...falseReject, kind: 'other' } as Outcome;
    case 'mutual-tls/other phone-7':
      return lost;
    case 'monitoring/other phone-2':
      return null;
    case 'signed-body/other phone-0':
      return { ...falseReject, outcome: 'waived', waiver: 'W-14' } as Outcome;
    default:
      return scenario === 'hooking/other'
        ? { outcome: 'bypassed-as-expected', reason: 'the hook replaces the pin check' }
        : met;
  }
}
