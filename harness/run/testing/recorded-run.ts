import { toHex } from '../../encoding/bytes.js';
import { readCertificate } from '../../encoding/certificate.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { samplePhone, sampleRecord } from '../../report/testing/sample-run.js';
import { anchorOf, type TrustSet } from '../../trust/index.js';
import { createVerifier, LAB } from '../../verifier/index.js';
import { emptyTrust } from '../../verifier/testing/test-appraisal.js';
import type { VendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import {
  keyRequest,
  TEST_NOW,
  TEST_PACKAGE,
  testAndroid,
} from '../../virtual-lab/secure-hardware/testing/test-phones.js';
import { createAppraisalRecorder } from '../appraisal-recorder.js';
import { openJournal } from '../journal.js';
import { createRunFolder } from '../run-folder.js';
import { encodeTrust } from '../trust-record.js';

const challenge = new Uint8Array(32).fill(3);

/**
 * Records a run of two phones, a healthy one and one whose bootloader is unlocked, of a vendor
 * each; returns its folder.
 */
export async function recordTestRun(
  reports: string,
  vendors: { readonly good: VendorRoots; readonly unlocked: VendorRoots },
): Promise<string> {
  const trust: TrustSet = {
    ...emptyTrust,
    androidAnchors: [vendors.good, vendors.unlocked].flatMap(({ androidAnchors }) =>
      androidAnchors.map((one) => anchorOf('lab', readCertificate(one))),
    ),
    revocation: { usable: true, entries: new Map(), takenAtMs: TEST_NOW.getTime() },
  };
  const folder = createRunFolder(reports, TEST_NOW);
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
  for (const alias of ['good', 'unlocked'] as const) {
    const boot = { locked: alias === 'good', state: 'verified' } as const;
    const keystore = testAndroid({ vendors: vendors[alias], hardware: { boot } });
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
  return folder.path;
}
