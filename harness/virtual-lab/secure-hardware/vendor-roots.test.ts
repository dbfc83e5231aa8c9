import { createHash, X509Certificate } from 'node:crypto';
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

const roots = {
  android: { key: createVendorRootKey('android') },
  androidSoftware: { key: createVendorRootKey('androidSoftware') },
  appAttest: { key: createVendorRootKey('appAttest') },
  receipts: { key: createVendorRootKey('receipts') },
};
const vendorsAgain = () => createVendorRoots({ clock: () => TEST_NOW, roots });
const challenge = new Uint8Array(createHash('sha256').update('challenge').digest());

/** A verifier that trusts roots as they were made for it alone. */
function verifierOf(trusted: ReturnType<typeof vendorsAgain>) {
  const anchors = (certificates: readonly Uint8Array[]) =>
    certificates.map((certificate) => anchorOf('virtual lab', readCertificate(certificate)));
  return createVerifier({
    trust: {
      androidAnchors: anchors(trusted.androidAnchors),
      knownSoftwareRoots: anchors(trusted.androidSoftwareRoots),
      appAttestAnchors: anchors(trusted.appAttestAnchors),
      receiptAnchors: anchors(trusted.receiptAnchors),
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

  it('are the same to the byte where their certificates are kept as well', () => {
    const [before] = vendorsAgain().androidAnchors;
    expect(vendorsAgain().androidAnchors).not.toEqual([before]);
    const android = { ...roots.android, ...(before === undefined ? {} : { certificate: before }) };
    const again = createVendorRoots({ clock: () => TEST_NOW, roots: { ...roots, android } });
    expect(again.androidAnchors).toEqual([before]);
    expect(again.attestationSigner('tee', 'rkp').chain.at(-1)).toEqual(before);
  });

  it('revoke one batch key, which has the same serial number whenever they are made', () => {
    const [one, other] = [vendorsAgain(), vendorsAgain()];
    expect(one.leakedSerial).toBe(other.leakedSerial);
    const { certificate } = one.leakedBatchKey.authority;
    expect(new X509Certificate(certificate).serialNumber.toLowerCase()).toBe(one.leakedSerial);
    expect(createVendorRoots().leakedSerial).not.toBe(one.leakedSerial);
  });

  it.each(Object.keys(VENDOR_ROOTS) as VendorRoot[])(
    'refuse a key of another curve for the root of %s',
    (root) => {
      const wrong = VENDOR_ROOTS[root] === 'P-384' ? 'androidSoftware' : 'android';
      const kept = { ...roots, [root]: { key: createVendorRootKey(wrong) } };
      expect(() => createVendorRoots({ roots: kept })).toThrow(/a key on .+, not P-/);
    },
  );
});
