import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../encoding/bytes.js';
import { readCertificate } from '../../encoding/certificate.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { parseAppAttestAttestation } from '../../evidence/app-attest/index.js';
import { anchorOf } from '../../trust/index.js';
import { createVerifier, failing, LAB, type AppraisalPolicy } from '../../verifier/index.js';
import type { AndroidConditions, AndroidHardware, AndroidKeyRequest } from './index.js';
import {
  keyRequest,
  TEST_APP,
  TEST_NOW,
  TEST_PACKAGE,
  testAndroid,
  testApple,
  testVendors,
} from './testing/test-phones.js';

const vendors = testVendors();
const anchors = (certificates: readonly Uint8Array[]) =>
  certificates.map((certificate) => anchorOf('virtual lab', readCertificate(certificate)));
const verifier = createVerifier({
  trust: {
    androidAnchors: anchors(vendors.androidAnchors),
    knownSoftwareRoots: anchors(vendors.androidSoftwareRoots),
    appAttestAnchors: anchors(vendors.appAttestAnchors),
    receiptAnchors: anchors(vendors.receiptAnchors),
    revocation: { usable: true, entries: new Map(), takenAtMs: TEST_NOW.getTime() },
  },
});
const challenge = new Uint8Array(createHash('sha256').update('challenge').digest());

async function appraiseAndroid(
  hardware: Partial<AndroidHardware>,
  request: Partial<AndroidKeyRequest> = {},
  options: {
    readonly conditions?: Partial<AndroidConditions>;
    readonly policy?: AppraisalPolicy;
  } = {},
) {
  const { conditions = {}, policy = LAB } = options;
  const keystore = testAndroid({ vendors, hardware, conditions });
  const key = await keystore.generate(keyRequest({ challenge, ...request }));
  return verifier.appraise({
    evidence: parseAndroidKey(key.attestationChain ?? []),
    expected: {
      challenge,
      packageNames: [TEST_PACKAGE.packageName],
      signerDigests: TEST_PACKAGE.signerDigests.map(toHex),
      spki: key.spki,
    },
    policy,
    now: TEST_NOW,
  });
}

async function appraiseApple(osVersion: string, now: Date) {
  const { appAttest } = testApple({ vendors, hardware: { osVersion } });
  const keyId = await appAttest.generateKey();
  return verifier.appraise({
    evidence: parseAppAttestAttestation(await appAttest.attest(keyId, challenge)),
    expected: {
      appIds: [`${TEST_APP.teamId}.${TEST_APP.bundleId}`],
      keyId,
      clientDataHash: challenge,
    },
    policy: LAB,
    now,
  });
}

describe('the reference verifier', () => {
  it.each([28, 29, 30, 31, 33, 34, 35, 36])(
    'accepts a healthy phone of API level %i',
    async (apiLevel) => {
      const result = await appraiseAndroid({ apiLevel });
      expect(failing(result)).toEqual([]);
      expect(result.verdict).toBe('accepted');
    },
  );

  it('accepts RSA keys and keys of StrongBox', async () => {
    expect(await appraiseAndroid({}, { algorithm: 'rsa-2048' })).toMatchObject({
      verdict: 'accepted',
    });
    expect(await appraiseAndroid({}, { level: 'strongbox' })).toMatchObject({
      verdict: 'accepted',
    });
  });

  it.each([
    ['unlocked', { locked: false, state: 'unverified' }, ['device-locked', 'boot-verified']],
    ['locked with a system of its own', { locked: true, state: 'self-signed' }, ['boot-verified']],
    ['that failed to verify', { locked: true, state: 'failed' }, ['boot-verified']],
  ] as const)('refuses a phone %s for just that', async (_, boot, failed) => {
    const result = await appraiseAndroid({ boot });
    expect(failing(result)).toEqual(failed.map((id) => `android-key/${id}`));
    expect(result.verdict).toBe('rejected');
  });

  it('refuses an emulator by its root and its level', async () => {
    const result = await appraiseAndroid({ tee: false, strongbox: false });
    expect(failing(result)).toEqual([
      'android-key/root-not-software',
      'android-key/level-sufficient',
    ]);
    expect(result.verdict).toBe('rejected');
  });

  it('refuses an imported key for just that', async () => {
    const result = await appraiseAndroid({}, {}, { conditions: { keysImported: true } });
    expect(failing(result)).toEqual(['android-key/origin-generated']);
    expect(result.claims).toMatchObject({ origin: 'IMPORTED' });
  });

  it.each(['rkp', 'factory'] as const)(
    'takes the attest key of a %s phone where policy allows one',
    async (provisioning) => {
      const conditions = { attestKey: true };
      const refused = await appraiseAndroid({ provisioning }, {}, { conditions });
      expect(failing(refused)).toEqual(['android-key/single-record']);
      const androidKey = { ...LAB.androidKey, attestKeyChains: 'allowed' } as const;
      const policy = { ...LAB, id: 'attest-keys', androidKey };
      const result = await appraiseAndroid({ provisioning }, {}, { conditions, policy });
      expect(failing(result)).toEqual([]);
      expect(result.verdict).toBe('accepted');
    },
  );

  it.each(['17.2.1', '18.5', '27.0'])('accepts an attestation of iOS %s', async (osVersion) => {
    const result = await appraiseApple(osVersion, TEST_NOW);
    expect(failing(result)).toEqual([]);
    expect(result.verdict).toBe('accepted');
  });

  it('refuses an attestation three days later', async () => {
    const later = new Date(TEST_NOW.getTime() + 3 * 86_400_000);
    expect(failing(await appraiseApple('18.5', later))).toEqual(['app-attest/not-expired']);
  });
});
