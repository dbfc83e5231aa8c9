import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Status, type TestResult } from 'allure-js-commons';
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
import { wideRun } from '../testing/wide-run.js';
import { executorOf } from './executor.js';
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
      expect(rows.some((row) => /^key\.sign,.*,120\.00,.*,400\.00$/.test(row))).toBe(true);
    }
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

  it('list what was bypassed as expected as passed, and what took too long by itself', () => {
    const bypassed = { outcome: 'bypassed-as-expected', reason: 'a hook' } as const;
    const category = categoryOf(messageOf(bypassed, null) ?? '');
    expect(category).toBe('Bypassed as expected');
    expect(ALLURE_CATEGORIES.find(({ name }) => name === category)?.matchedStatuses).toEqual([
      'passed',
    ]);
    const late = { path: 'ms', check: null, expected: 'at most 120', actual: '300' };
    const outcome = { outcome: 'unmet', kind: 'other', differences: [late] } as const;
    expect(categoryOf(messageOf(outcome, null) ?? '')).toBe('Over its budget');
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

  it('hold the answers of the relying party with their codes', () => {
    const answer: JournalEntry = {
      ...{ type: 'observation', phone: 'pixel', scenario: 'a/b', name: 'refusal' },
      observation: { kind: 'response', status: 409, code: 'counter_replayed', checks: [] },
      outcome: met,
    };
    const { folder, results } = written(sampleRun({ 'a/b': met }, [answer]));
    const [attachment] = results[0]?.steps[0]?.steps[0]?.attachments ?? [];
    expect(attachment?.name).toBe('refusal: answer of the relying party');
    expect(readFileSync(join(folder, attachment?.source ?? ''), 'utf8')).toContain(
      '"code": "counter_replayed"',
    );
  });

  it('say when the revocation list was taken, and in which roots the chains of a class end', () => {
    const parent = mkdtempSync(join(tmpdir(), 'attestlab-allure-'));
    const trust = { revocation: { usable: true, entries: {}, takenAtMs: 1_795_000_000_000 } };
    writeFileSync(join(parent, 'trust.json'), JSON.stringify(trust));
    writeAllureResults(maskRun(wideRun()), parent, {});
    const text = readFileSync(join(parent, 'allure-results', 'environment.properties'), 'utf8');
    expect(parseEnvInfo(text)).toMatchObject({
      'trust.revocationListOf': '2026-11-18T11:06:40.000Z',
      verifier: '0.1.0',
      'chains.android-tee': 'android-key virtual lab factory',
    });
  });

  it.each([
    [
      {
        ...{ GITHUB_RUN_ID: '7', GITHUB_RUN_NUMBER: '3', GITHUB_REPOSITORY: 'lab/night' },
        GITHUB_SERVER_URL: 'https://github.example',
      },
      { type: 'github', buildUrl: 'https://github.example/lab/night/actions/runs/7' },
    ],
    [
      { GITLAB_CI: 'true', CI_PIPELINE_IID: '9', CI_JOB_URL: 'https://gitlab.example/job/1' },
      { type: 'gitlab', buildUrl: 'https://gitlab.example/job/1' },
    ],
    [
      {
        ...{ TF_BUILD: 'True', SYSTEM_COLLECTIONURI: 'https://azure.example/org/' },
        ...{ SYSTEM_TEAMPROJECT: 'lab', BUILD_BUILDID: '5' },
      },
      { type: 'azure', buildUrl: 'https://azure.example/org/lab/_build/results?buildId=5' },
    ],
    [{ BUILD_URL: 'https://ci.example/job/1/' }, { buildUrl: 'https://ci.example/job/1/' }],
  ])('name the server that ran it: %j', (environment, expected) => {
    expect(executorOf(run, environment)).toMatchObject(expected);
  });

  it('link to no build that is no page', () => {
    expect(executorOf(run, { BUILD_URL: 'javascript:alert(1)' })).not.toHaveProperty('buildUrl');
    expect(executorOf(run, {})).toMatchObject({ type: 'attestlab' });
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
