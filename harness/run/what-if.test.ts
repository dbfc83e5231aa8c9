import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../cli/main.js';
import { toHex } from '../encoding/bytes.js';
import { readCertificate } from '../encoding/certificate.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import { samplePhone, sampleRecord } from '../report/testing/sample-run.js';
import { anchorOf, type TrustSet } from '../trust/index.js';
import { createVerifier, LAB, POLICIES, type AppraisalPolicy } from '../verifier/index.js';
import { emptyTrust } from '../verifier/testing/test-appraisal.js';
import {
  keyRequest,
  TEST_NOW,
  TEST_PACKAGE,
  testAndroid,
  testVendors,
} from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { createAppraisalRecorder } from './appraisal-recorder.js';
import { openJournal } from './journal.js';
import { createRunFolder } from './run-folder.js';
import { encodeTrust } from './trust-record.js';
import { changesAnything, whatIf } from './what-if.js';

const reports = mkdtempSync(join(tmpdir(), 'attestlab-what-if-'));
const policies = (file: string): string => join(reports, file);
const challenge = new Uint8Array(32).fill(3);
let run = '';

/** A run of two phones: a healthy one, and one whose bootloader is unlocked. */
beforeAll(async () => {
  const vendors = testVendors();
  const trust: TrustSet = {
    ...emptyTrust,
    androidAnchors: vendors.androidAnchors.map((one) => anchorOf('lab', readCertificate(one))),
    revocation: { usable: true, entries: new Map(), takenAtMs: TEST_NOW.getTime() },
  };
  const folder = createRunFolder(reports, TEST_NOW);
  run = folder.path;
  const phones = ['good', 'unlocked'].map((alias) =>
    samplePhone({ alias, class: alias === 'good' ? 'android-tee' : null, declaredClass: 'odd' }),
  );
  folder.writeRecord(sampleRecord(['attestation/issuance'], phones, { id: folder.id }));
  folder.storeText('trust.json', encodeTrust(trust));
  const journal = openJournal(folder.file('journal.jsonl'), () => TEST_NOW);
  const throwing = (error: unknown): never => {
    throw error;
  };
  const conductor = {
    activeScenario: () => 'attestation/issuance',
    unrecorded: (_phone: string, error: unknown) => throwing(error),
  };
  const recorder = createAppraisalRecorder({ folder, journal, conductor, onUnwritable: throwing });
  for (const alias of ['good', 'unlocked']) {
    const boot = { locked: alias === 'good', state: 'verified' } as const;
    const keystore = testAndroid({ vendors, hardware: { boot } });
    const { spki, attestationChain = [] } = await keystore.generate(keyRequest({ challenge }));
    const input = {
      evidence: parseAndroidKey(attestationChain),
      expected: {
        ...{ challenge, spki, packageNames: [TEST_PACKAGE.packageName] },
        signerDigests: TEST_PACKAGE.signerDigests.map(toHex),
      },
      policy: {
        ...LAB,
        appAttest: { ...LAB.appAttest, environments: ['production'] as const },
      },
      now: TEST_NOW,
    };
    recorder.assign(alias, alias);
    const result = createVerifier({ trust }).appraise(input);
    const appraisal = { exchangeId: '1', subject: alias, purpose: 'tls', input, result } as const;
    recorder.record(appraisal, null);
  }
  journal.close();
});

afterAll(() => {
  rmSync(reports, { recursive: true });
});

const strongBox: AppraisalPolicy = {
  ...LAB,
  id: 'strongbox',
  androidKey: { ...LAB.androidKey, minimumLevel: 'STRONG_BOX' },
};

describe('what another policy would have made of a run', () => {
  it('is nothing new under the same policy', () => {
    const found = whatIf(run, LAB);
    expect(changesAnything(found)).toBe(false);
    expect(found).toMatchObject({ appraisals: 2, otherThanRecorded: [] });
  });

  it('names by class what would be refused, by which checks', () => {
    const found = whatIf(run, strongBox);
    expect(changesAnything(found)).toBe(true);
    expect(found.classes).toEqual([
      {
        class: 'android-tee',
        appraisals: 1,
        changes: [
          {
            ...{ change: 'refused', format: 'android-key', lines: [1] },
            checks: ['android-key/level-sufficient'],
          },
        ],
      },
      { class: 'odd', appraisals: 1, changes: [] },
    ]);
  });

  it('names what would be accepted that was refused, and what refused it', () => {
    const found = whatIf(run, POLICIES.baseline);
    expect(found.classes[1]?.changes).toEqual([
      {
        ...{ change: 'admitted', format: 'android-key', lines: [2] },
        checks: ['android-key/device-locked'],
      },
    ]);
  });

  it('names a required check that does not apply', () => {
    const asked = { ...LAB, required: [...LAB.required, 'android-key/tags-known' as const] };
    expect(whatIf(run, asked).classes[0]?.changes[0]?.checks).toEqual(['android-key/tags-known']);
  });
});

describe('attestlab appraise --run', () => {
  const command = async (...args: readonly string[]) => {
    const written = { out: '', err: '' };
    const exit = await main(['appraise', '--run', run, ...args], {
      out: (text) => void (written.out += text),
      err: (text) => void (written.err += text),
    });
    return { exit, ...written };
  };

  it('exits 0 where nothing changes, and 1 where something would', async () => {
    const same = await command('--policy', 'lab');
    expect(same).toMatchObject({ exit: 0, err: '' });
    expect(same.out).toMatch(/android-tee: 1 appraisals\n {2}nothing would change/);

    writeFileSync(
      policies('p.yaml'),
      'id: p\nextends: lab\nandroidKey: { minimumLevel: STRONG_BOX }',
    );
    const refused = await command('--policy', policies('p.yaml'));
    expect(refused.exit).toBe(1);
    expect(refused.out).toMatch(/no longer be accepted: android-key, by\s+android-key\/level-suff/);

    const admitted = await command('--policy', 'baseline', '--json');
    expect(admitted.exit).toBe(1);
    expect(JSON.parse(admitted.out)).toEqual(whatIf(run, POLICIES.baseline));
  });

  it('needs a policy, and takes no evidence beside the run', async () => {
    expect((await command()).err).toMatch(/--run needs --policy/);
    const stray = await command('--policy', 'lab', '--at', '2026-01-01T00:00:00Z');
    expect(stray.err).toMatch(/--at is no option beside --run/);
  });
});
