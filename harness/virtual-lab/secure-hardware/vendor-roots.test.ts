import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../encoding/bytes.js';
import { readCertificate } from '../../encoding/certificate.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { parseAppAttestAttestation } from '../../evidence/app-attest/index.js';
import { anchorOf } from '../../trust/index.js';
import { createVerifier, failing, LAB } from '../../verifier/index.js';
import { createVendorRootKey, createVendorRoots, VENDOR_ROOTS, type VendorRoot } from './index.js';
import {
  keyRequest,
  TEST_APP,
  TEST_NOW,
  TEST_PACKAGE,
  testAndroid,
  testApple,
} from './testing/test-phones.js';

const rootKeys = {
  android: createVendorRootKey('android'),
  androidSoftware: createVendorRootKey('androidSoftware'),
  appAttest: createVendorRootKey('appAttest'),
  receipts: createVendorRootKey('receipts'),
};
const vendorsAgain = () => createVendorRoots({ clock: () => TEST_NOW, rootKeys });
const challenge = new Uint8Array(createHash('sha256').update('challenge').digest());

/** A verifier that trusts roots as they were made for it alone. */
function verifierOf(roots: ReturnType<typeof vendorsAgain>) {
  const anchors = (certificates: readonly Uint8Array[]) =>
    certificates.map((certificate) => anchorOf('virtual lab', readCertificate(certificate)));
  return createVerifier({
    trust: {
      androidAnchors: anchors(roots.androidAnchors),
      knownSoftwareRoots: anchors(roots.androidSoftwareRoots),
      appAttestAnchors: anchors(roots.appAttestAnchors),
      receiptAnchors: anchors(roots.receiptAnchors),
      revocation: { usable: true, entries: new Map(), takenAtMs: TEST_NOW.getTime() },
    },
  });
}

async function androidResult(verifier: ReturnType<typeof verifierOf>, hardware = {}) {
  const keystore = testAndroid({ vendors: vendorsAgain(), hardware });
  const { spki, attestationChain = [] } = await keystore.generate(keyRequest({ challenge }));
  return verifier.appraise({
    evidence: parseAndroidKey(attestationChain),
    expected: {
      ...{ challenge, packageNames: [TEST_PACKAGE.packageName], spki },
      signerDigests: TEST_PACKAGE.signerDigests.map(toHex),
    },
    ...{ policy: LAB, now: TEST_NOW },
  });
}

describe('vendors whose roots have keys of their own', () => {
  it.each(['factory', 'rkp'] as const)(
    'attest %s phones to whoever trusted the same roots made elsewhere',
    async (provisioning) => {
      const result = await androidResult(verifierOf(vendorsAgain()), { provisioning });
      expect(failing(result)).toEqual([]);
      expect(result.verdict).toBe('accepted');
    },
  );

  it('attest iPhones, receipts included, to whoever trusted the same roots made elsewhere', async () => {
    const { appAttest } = testApple({ vendors: vendorsAgain() });
    const keyId = await appAttest.generateKey();
    const result = verifierOf(vendorsAgain()).appraise({
      evidence: parseAppAttestAttestation(await appAttest.attest(keyId, challenge)),
      expected: {
        ...{ appIds: [`${TEST_APP.teamId}.${TEST_APP.bundleId}`], keyId },
        clientDataHash: challenge,
      },
      ...{ policy: LAB, now: TEST_NOW },
    });
    expect(failing(result)).toEqual([]);
    expect(result.verdict).toBe('accepted');
  });

  it('are known by the root of their emulators', async () => {
    const emulator = { tee: false, strongbox: false };
    const result = await androidResult(verifierOf(vendorsAgain()), emulator);
    expect(failing(result)).toContain('android-key/root-not-software');
  });

  it('are strangers to whoever trusts roots of other keys', async () => {
    const others = createVendorRoots({ clock: () => TEST_NOW });
    const result = await androidResult(verifierOf(others));
    expect(failing(result)).toEqual(['android-key/anchor-trusted']);
    expect(result.verdict).toBe('rejected');
  });

  it.each(Object.keys(VENDOR_ROOTS) as VendorRoot[])(
    'refuse a key of another curve for the root of %s',
    (root) => {
      const wrong = VENDOR_ROOTS[root] === 'P-384' ? 'androidSoftware' : 'android';
      const keys = { ...rootKeys, [root]: createVendorRootKey(wrong) };
      expect(() => createVendorRoots({ rootKeys: keys })).toThrow(/a key on .+, not P-/);
    },
  );
});
