import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnvInfo } from 'allure-js-commons/sdk/reporter';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../errors.js';
import { CHECK_IDS, type CheckId } from '../../verifier/check-ids.js';
import { maskRun } from '../masking.js';
import type { JournalEntry } from '../record.js';
import { falseAccept, met, sampleRun } from '../testing/sample-run.js';
import { wideRun } from '../testing/wide-run.js';
import type { EvidenceReader } from '../screened-evidence.js';
import { executorOf } from './executor.js';
import { writeAllureResults } from './allure-report.js';
import { ALLURE_CATEGORIES } from './categories.js';
import { messageOf } from './status.js';
import { none, only, written } from './testing/written-results.js';

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

  it('hold verdict and decoded claims, masked', () => {
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
      'refusal: verdict',
      'refusal: claims, decoded from the evidence',
    ]);
    const all = texts.map(([, text]) => text).join('');
    expect(all).toContain('"origin": "GENERATED"');
    expect(all).toContain('"csr/well-formed"');
    expect(all).not.toMatch(/ZY22B7XYZ9|R5CT1234ABC/);
  });

  it('hold evidence, log and journal too where something went otherwise than it should', () => {
    const hash = 'b'.repeat(64);
    const of = { phone: 'pixel', scenario: 'a/b' } as const;
    const appraisal = (format: string): JournalEntry => ({
      ...{ type: 'appraisal', ...of, subject: 's', purpose: 'tls', format, verdict: 'accepted' },
      ...{ file: 'evidence/pixel/appraisals.jsonl', part: { offset: 7, bytes: 9 } },
      ...{ fileSha256: hash, resultSha256: hash },
    });
    const entries: readonly JournalEntry[] = [
      appraisal('android-key'),
      appraisal('play-integrity'),
      { type: 'witness', ...of, kind: 'device-log', file: 'evidence/a.b.log', fileSha256: hash },
    ];
    const text = (content: string) =>
      ({ type: 'text/plain', content: Buffer.from(content) }) as const;
    const evidence: EvidenceReader = {
      file: (path) => text(`content of ${path}`),
      appraised: ({ format }) =>
        format === 'play-integrity'
          ? { withheld: 'a token' }
          : text(`${format} that was appraised`),
    };
    const failing = written(sampleRun({ 'a/b': falseAccept }, entries), evidence);
    const [step] = failing.results[0]?.steps ?? [];
    const texts = (step?.attachments ?? []).map(({ name, source }) => [
      name,
      readFileSync(join(failing.folder, source), 'utf8'),
    ]);
    expect(texts.map(([name]) => name)).toEqual([
      'phone',
      'replay without a phone',
      'journal',
      expect.stringMatching(/^android-key, accepted, line \d+ of the journal$/),
      expect.stringMatching(/^play-integrity, accepted, line \d+ of the journal$/),
      'log of the device, its last lines',
    ]);
    expect(texts.slice(3).map(([, text]) => text)).toEqual([
      'android-key that was appraised',
      'Not attached: a token.\n',
      'content of evidence/a.b.log',
    ]);
    const plain = written(sampleRun({ 'a/b': met }, entries), evidence);
    expect(plain.results[0]?.steps[0]?.attachments.map(({ name }) => name)).toEqual([
      'phone',
      'replay without a phone',
    ]);
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
    writeAllureResults(maskRun(wideRun()), parent, { evidence: none, environment: {} });
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
