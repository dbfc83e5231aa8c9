import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Status } from 'allure-js-commons';
import { describe, expect, it } from 'vitest';
import { HarnessError } from '../../errors.js';
import { inconclusive, notRun, type Outcome } from '../../expectation/outcome.js';
import { reportedRun, type ReportedRun } from '../read-run.js';
import type { PhoneRecord, RunRecord } from '../record.js';
import {
  falseAccept,
  met,
  outcomeEntry,
  sampleJournal,
  samplePhone,
  sampleRecord,
} from '../testing/sample-run.js';
import { wideRun } from '../testing/wide-run.js';
import { messageOf } from './status.js';
import { only, written } from './testing/written-results.js';

const lost = inconclusive(new HarnessError('ERR_DEVICE_LOST', 'no answer'));

/** Runs one scenario on some phones, each with its outcome. */
function onPhones(
  units: readonly (readonly [PhoneRecord, Outcome])[],
  changes: Partial<RunRecord> = {},
): ReportedRun {
  const phones = units.map(([phone]) => phone);
  return reportedRun(
    sampleRecord(['a/b'], phones, changes),
    sampleJournal(units.map(([phone, outcome]) => outcomeEntry('a/b', outcome, phone.alias))),
  );
}

const pixel = samplePhone();
const galaxy = samplePhone({ alias: 'galaxy', udid: 'RF8N123456X' });

describe('identity', () => {
  it('does not let a failing phone hide behind a passing one of its class, in any order', () => {
    for (const units of [
      [[pixel, falseAccept] as const, [galaxy, met] as const],
      [[pixel, met] as const, [galaxy, falseAccept] as const],
      [[pixel, met] as const, [galaxy, lost] as const],
    ]) {
      const result = only(onPhones(units));
      expect(result.status).not.toBe('passed');
      expect(result.steps.map(({ status }) => status)).toContain('passed');
      expect(result.steps.length).toBe(2);
    }
  });

  it('names the phones of which the message tells', () => {
    const { statusDetails } = only(
      onPhones([
        [pixel, met],
        [galaxy, falseAccept],
      ]),
    );
    expect(statusDetails.message).toMatch(
      /^\[falseAccept android-key\/challenge-matches\] galaxy:/,
    );
  });

  it('keeps the history of a class where a unit, its OS and the product are swapped', () => {
    const before = only(onPhones([[pixel, met]]));
    const swapped = samplePhone({ ...galaxy, facts: { osVersion: '17' }, virtual: false });
    const later = {
      id: '20261124T220000Z-fedcba',
      product: { name: 'attestlab', version: '2.0.0' },
    };
    const after = only(onPhones([[swapped, falseAccept]], later));
    expect(after.historyId).toBe(before.historyId);
    expect(after.testCaseId).toBe('a/b');
    expect(after.uuid).not.toBe(before.uuid);
  });

  it('keeps classes apart under one test case', () => {
    const iphone = samplePhone({ alias: 'iphone', platform: 'ios', class: 'iphone', udid: 'X' });
    const { results } = written(
      onPhones([
        [pixel, met],
        [iphone, met],
      ]),
    );
    expect(new Set(results.map(({ historyId }) => historyId)).size).toBe(2);
    expect(new Set(results.map(({ testCaseId }) => testCaseId)).size).toBe(1);
    const included = results.map(({ parameters }) => parameters.filter((one) => !one.excluded));
    expect(included).toEqual([
      [{ name: 'class', value: expect.any(String) as string }],
      [{ name: 'class', value: expect.any(String) as string }],
    ]);
  });

  it('counts a phone that drifted for the class that it measured', () => {
    const drifted = samplePhone({ class: 'android-rooted' });
    expect(only(onPhones([[drifted, met]])).parameters[0]).toEqual({
      name: 'class',
      value: 'android-rooted',
    });
  });

  it('writes the same files for the same run, so that none counts twice', () => {
    const run = onPhones([
      [pixel, met],
      [galaxy, falseAccept],
    ]);
    const texts = [written(run), written(run)].map(({ folder }) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
    expect(texts[0]).toEqual(texts[1]);
  });
});

describe('status', () => {
  it.each([
    [met, 'passed'],
    [{ outcome: 'bypassed-as-expected', reason: 'a hook' } as const, 'passed'],
    [falseAccept, 'failed'],
    [lost, 'broken'],
    [notRun('nothing ran it'), 'broken'],
    [{ ...falseAccept, outcome: 'waived', waiver: 'W-1' } as Outcome, 'skipped'],
  ])('of %j is %s', (outcome, status) => {
    expect(only(onPhones([[pixel, outcome]])).status).toBe(status);
  });

  it('of a scenario that does not apply is skipped, with the fact that says so', () => {
    const plan = {
      jobs: [],
      unmatched: [{ scenarioId: 'a/c', phoneAlias: 'pixel', why: 'needs strongbox true' }],
      uncovered: ['a/c'],
    };
    const { results } = written(reportedRun(sampleRecord([], [pixel], { plan }), []));
    expect(results).toMatchObject([
      {
        status: 'skipped',
        testCaseId: 'a/c',
        statusDetails: { message: '[not-applicable] needs strongbox true' },
      },
    ]);
  });

  it('says the cause before its consequences', () => {
    const outcome: Outcome = {
      outcome: 'unmet',
      kind: 'falseReject',
      differences: [
        { path: 'verdict', check: null, expected: 'accepted', actual: 'rejected' },
        { path: 'x', check: 'csr/nonce-matches', expected: 'passed', actual: 'failed' },
      ],
    };
    expect(messageOf(outcome, null)).toBe(
      '[falseReject csr/nonce-matches] expected passed, actual failed\n' +
        '[falseReject] verdict: expected accepted, actual rejected',
    );
  });
});

describe('a run of 8 phones, 8 classes and 55 scenarios', () => {
  const { folder, results } = written(wideRun());
  const labelsOf = (id: string, className: string): Readonly<Record<string, string>> => {
    const result = results.find(
      ({ testCaseId, parameters }) => testCaseId === id && parameters[0]?.value === className,
    );
    return Object.fromEntries((result?.labels ?? []).map(({ name, value }) => [name, value]));
  };

  it('has one result a scenario and class, and none twice', () => {
    expect(results).toHaveLength(8 * 55);
    expect(new Set(results.map(({ historyId }) => historyId)).size).toBe(8 * 55);
    const skipped = results.filter(({ status }) => status === Status.SKIPPED);
    expect(skipped).toHaveLength(6 * 5 + 1);
  });

  it('names mechanism, level, phone and who looks first', () => {
    expect(labelsOf('attestation/other', 'android-leaked-keybox')).toMatchObject({
      ...{ epic: 'Attestation', feature: 'Android Key Attestation', owner: 'backend-team' },
      ...{ parentSuite: 'Android', suite: 'android-leaked-keybox', subSuite: 'Attestation' },
      ...{ layer: 'virtual device', severity: 'blocker', host: 'virtual', thread: 'phone-4' },
      ...{ device: 'android-leaked-keybox', chip: 'tee', policy: 'lab' },
    });
    expect(labelsOf('mutual-tls/other', 'ios-simulator-no-enclave')).toMatchObject({
      owner: 'lab',
    });
    expect(labelsOf('pinning/other', 'android-tee')).toMatchObject({
      ...{ owner: 'mobile-team', layer: 'device', feature: 'TLS pinning' },
    });
  });

  it('keeps all that changes from night to night out of the identity', () => {
    const volatile = results
      .filter(({ status }) => status !== Status.SKIPPED)
      .flatMap(({ parameters }) => parameters.filter(({ excluded }) => excluded));
    const names = new Set(volatile.map(({ name }) => name));
    for (const name of ['attempt', 'units', 'osVersion', 'securityPatch', 'product', 'run']) {
      expect(names).toContain(name);
    }
  });

  it('attaches what operations cost on a class to its scenarios of cost', () => {
    const ofCost = results.filter(({ testCaseId }) => testCaseId === 'cost/accepted');
    expect(ofCost).toHaveLength(8);
    for (const { attachments } of ofCost) {
      const [table] = attachments;
      expect(table?.type).toBe('text/csv');
      expect(table?.name).toContain('time scale 0.05');
      const [head, ...rows] = readFileSync(join(folder, table?.source ?? ''), 'utf8').split('\n');
      expect(head).toContain('median ms,median budget ms,worst ms,worst budget ms');
      expect(rows.some((row) => /^cost-scenarios,key\.sign,.*,120\.00,.*,400\.00$/.test(row))).toBe(
        true,
      );
    }
  });
});
