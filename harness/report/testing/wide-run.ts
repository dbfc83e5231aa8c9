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
import { wideCosts, wideObservations } from './wide-observations.js';

const CLASSES: readonly (readonly [string, PhoneRecord['platform']])[] = [
  ['android-strongbox', 'android'],
  ['android-tee', 'android'],
  ['android-emulator', 'android'],
  ['android-rooted', 'android'],
  ['android-leaked-keybox', 'android'],
  ['iphone-secure-enclave', 'ios'],
  ['iphone-jailbroken', 'ios'],
  ['ios-simulator-no-enclave', 'ios'],
];

/** Scenarios a floor beside the three that come to the outcomes below. */
const MORE_SCENARIOS: Readonly<Record<string, number>> = {
  ...{ 'hardware-keys': 3, pinning: 6, 'mutual-tls': 5, attestation: 7, 'signed-body': 5 },
  ...{ monitoring: 3, hooking: 2, cost: 0 },
};

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

/**
 * A run of 55 scenarios on every floor and eight classes, with one of each kind of outcome: what
 * reports must bear. With no `more` there are 24, with all that a page can show.
 */
export function wideRun(more: Readonly<Record<string, number>> = MORE_SCENARIOS): ReportedRun {
  const phones = CLASSES.map(([name, platform], index) =>
    samplePhone({
      ...{ alias: `phone-${index}`, udid: `UDID-${index}000`, platform },
      ...{ class: name, declaredClass: index === 3 ? 'android-tee' : name },
      virtual: index !== 1,
      facts: { osVersion: '16', strongbox: index === 0, securityPatch: '2026-10-05' },
      drift: index === 3 ? [{ fact: 'rooted', declared: false, measured: true }] : [],
    }),
  );
  const scenarios = FLOORS.flatMap(({ id }) => [
    ...[`${id}/accepted`, `${id}/refused`, `${id}/other`],
    ...Array.from({ length: more[id] ?? 0 }, (_, index) => `${id}/case-${index}`),
  ]);
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

function lines(record: PhoneRecord, scenarios: readonly string[]): readonly JournalEntry[] {
  const phone = record.alias;
  return scenarios.flatMap((scenario): readonly JournalEntry[] => {
    const outcome = outcomeOf(scenario, phone);
    if (outcome === null) return [];
    const own = { phone, scenario };
    return [
      { type: 'scenario-started', ...own },
      ...wideCosts(record).map(({ operation, level, ms }): JournalEntry => ({
        ...{ type: 'measurement', ...own, operation, level },
        ms: ms + scenario.length / 10,
      })),
      ...wideObservations(scenario.split('/')[0] ?? '', record).map((seen): JournalEntry => ({
        ...{ type: 'observation', ...own, ...seen, outcome: met },
      })),
      {
        ...{ type: 'appraisal', ...own, subject: null, purpose: 'tls', format: 'android-key' },
        ...{ verdict: 'accepted', file: `evidence/${phone}/${scenario}.json` },
        ...{ fileSha256: 'a'.repeat(64), resultSha256: 'b'.repeat(64) },
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
