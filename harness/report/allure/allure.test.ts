import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestResult } from 'allure-js-commons';
import { parseEnvInfo } from 'allure-js-commons/sdk/reporter';
import { describe, expect, it } from 'vitest';
import { ERRORS, HarnessError } from '../../errors.js';
import { inconclusive, notRun, type Outcome } from '../../expectation/outcome.js';
import { CHECK_IDS, type CheckId } from '../../verifier/check-ids.js';
import { maskRun } from '../masking.js';
import { reportedRun, type ReportedRun } from '../read-run.js';
import type { JournalEntry, PhoneRecord, RunRecord } from '../record.js';
import {
  falseAccept,
  met,
  outcomeEntry,
  sampleJournal,
  samplePhone,
  sampleRecord,
  sampleRun,
} from '../testing/sample-run.js';
import { writeAllureResults } from './allure-report.js';
import { ALLURE_CATEGORIES } from './categories.js';
import { messageOf } from './status.js';

const lost = inconclusive(new HarnessError('ERR_DEVICE_LOST', 'no answer'));

/** Writes a run's results and reads them again, as Allure does. */
function written(run: ReportedRun): { readonly folder: string; readonly results: TestResult[] } {
  const parent = mkdtempSync(join(tmpdir(), 'attestlab-allure-'));
  writeAllureResults(maskRun(run), parent, {});
  const folder = join(parent, 'allure-results');
  const results = readdirSync(folder)
    .filter((name) => name.endsWith('-result.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as TestResult);
  return { folder, results };
}

function only(run: ReportedRun): TestResult {
  const { results } = written(run);
  const [result] = results;
  if (result === undefined || results.length > 1) throw new Error(`${results.length} results`);
  return result;
}

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

describe('categories', () => {
  /** What Allure does: the whole message must match, over all its lines. */
  const categoryOf = (message: string): string | undefined =>
    ALLURE_CATEGORIES.find(({ messageRegex = '' }) =>
      new RegExp(`^(?:${String(messageRegex)})$`, 's').test(message),
    )?.name;
  const ofCheck = (
    kind: 'falseAccept' | 'falseReject' | 'other',
    check: CheckId | null,
  ): string => {
    const difference = { path: 'verdict', check, expected: 'a', actual: 'b' };
    const outcome = { outcome: 'unmet', kind, differences: [difference, difference] } as const;
    return categoryOf(messageOf(outcome, 'pixel') ?? '') ?? 'none';
  };

  it('file every check by what a team does about it', () => {
    const filed = (Object.keys(CHECK_IDS) as CheckId[])
      .filter((check) => !check.startsWith('play-integrity/'))
      .filter((check) => /^(False reject|Not as expected)/.test(ofCheck('falseReject', check)));
    expect(filed).toEqual([]);
    expect(ofCheck('falseReject', 'android-key/not-revoked')).toBe('Revocation');
    expect(ofCheck('other', 'signed-request/counter-not-replayed')).toBe(
      'Signed request: signature, counter, time',
    );
  });

  it('never file a false accept among rejects', () => {
    for (const check of [...(Object.keys(CHECK_IDS) as CheckId[]), null]) {
      expect(ofCheck('falseAccept', check)).toBe('False accept: bad evidence was let in');
    }
  });

  it('know what is no check', () => {
    expect(ofCheck('falseReject', null)).toBe('False reject: users are locked out');
    expect(ofCheck('other', null)).toBe('Not as expected');
    expect(categoryOf('[not-run] nothing ran it')).toBe('Did not run');
    expect(categoryOf('[waived W-1 csr/well-formed] expected a, actual b')).toBe('Waived');
    expect(categoryOf('[not-applicable] needs strongbox')).toBe('Not applicable to the class');
  });

  it('know every error code', () => {
    const unknown = Object.keys(ERRORS).filter(
      (code) => categoryOf(`[${code}] x\ny`) === 'Unknown',
    );
    expect(unknown).toEqual([]);
  });
});

describe('attachments and surroundings', () => {
  const checks = [{ id: 'csr/well-formed', status: 'passed' }] as const;
  const observed: JournalEntry = {
    type: 'observation',
    phone: 'pixel',
    scenario: 'a/b',
    name: 'refusal',
    observation: {
      kind: 'appraisal',
      result: {
        ...{ format: 'android-key', verdict: 'rejected', policyId: 'lab', verifierVersion: '0' },
        now: '2026-11-23T22:00:00.000Z',
        checks,
        claims: { attestationIds: { attestationIdSerial: 'ZY22B7XYZ9' }, origin: 'GENERATED' },
      },
    },
    expected: {
      ...{ kind: 'appraisal', verdict: 'rejected', failing: ['csr/well-formed'] },
      ...{ undetermined: [], notApplicable: [], claims: {} },
    },
    outcome: met,
  };
  const run = sampleRun({ 'a/b': met }, [observed], {
    references: { 'a/b': ['MASVS-CRYPTO-2', 'MASTG-TEST-0244', 'RFC 9334, 5.2', 'a book'] },
  });

  it('hold verdict, decoded claims and the journal, masked', () => {
    const { folder, results } = written(run);
    const [step] = results[0]?.steps ?? [];
    const seen = step?.steps[0];
    expect(seen?.name).toBe('refusal: android-key rejected');
    expect(seen?.statusDetails.expected).toBe('rejected, failing csr/well-formed');
    const texts = [...(step?.attachments ?? []), ...(seen?.attachments ?? [])].map(
      ({ name, source }) => [name, readFileSync(join(folder, source), 'utf8')] as const,
    );
    expect(texts.map(([name]) => name)).toEqual([
      'phone',
      'journal',
      'refusal: verdict',
      'refusal: claims, decoded from the evidence',
    ]);
    const all = texts.map(([, text]) => text).join('');
    expect(all).toContain('"origin": "GENERATED"');
    expect(all).toContain('"csr/well-formed"');
    expect(all).not.toMatch(/ZY22B7XYZ9|R5CT1234ABC/);
  });

  it('link what the scenario rests on', () => {
    expect(only(run).links).toEqual([
      { name: 'MASVS-CRYPTO-2', url: 'https://mas.owasp.org/MASVS/controls/MASVS-CRYPTO-2/' },
      { name: 'MASTG-TEST-0244', url: 'https://mas.owasp.org/MASTG-TEST-0244' },
      { name: 'RFC 9334, 5.2', url: 'https://www.rfc-editor.org/rfc/rfc9334#section-5.2' },
    ]);
    expect(only(run).description).toContain('- a book');
  });

  it('say what ran and what it was judged by', () => {
    const { folder } = written(run);
    const environment = parseEnvInfo(readFileSync(join(folder, 'environment.properties'), 'utf8'));
    expect(environment).toMatchObject({
      run: '20261123T220000Z-abcdef',
      phones: '1, of which virtual: 1',
      'sha256.trust': 'a'.repeat(64),
      'class.android-tee': 'pixel (virtual)',
    });
    const executor: unknown = JSON.parse(readFileSync(join(folder, 'executor.json'), 'utf8'));
    expect(executor).toMatchObject({
      buildName: '20261123T220000Z-abcdef',
      reportUrl: '../../20261123T220000Z-abcdef/allure-report/index.html',
    });
  });

  it('are readable by their owner alone', () => {
    const { folder } = written(run);
    const files = readdirSync(folder).filter((name) => name !== 'history');
    expect(files.map((name) => statSync(join(folder, name)).mode & 0o077)).toEqual(
      files.map(() => 0),
    );
    expect(statSync(folder).mode & 0o077).toBe(0);
  });
});
