import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toBase64url, toHex } from '../encoding/bytes.js';
import { encodeCbor } from '../encoding/cbor.js';
import { readCertificate } from '../encoding/certificate.js';
import { der } from '../encoding/der-writer.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import { parseAppAttestAttestation, parseAppAttestReceipt } from '../evidence/app-attest/index.js';
import { playIntegrityPayload, playIntegrityToken } from '../evidence/play-integrity/index.js';
import {
  ANDROID_KEYS,
  ANDROID_ROOT,
  AUTHORITY_NAMES,
  CHALLENGE,
  hardware,
  mintAndroidChain,
  PACKAGE,
  SIGNER_DIGEST,
} from '../corpus/minting/android-key.js';
import { APP_ID, CLIENT_DATA_HASH } from '../corpus/minting/apple-app.js';
import { APPLE_KEYS, APPLE_ROOT, keyIdOf, mintAttestation } from '../corpus/minting/app-attest.js';
import { NOW } from '../corpus/minting/certificate.js';
import { encrypted, mintToken, PLAY_KEYS } from '../corpus/minting/play-integrity.js';
import {
  mintCredential,
  mintReceipt,
  RECEIPT_ROOT,
  RECEIPT_SIGNERS,
} from '../corpus/minting/receipt.js';
import { testDigest } from '../corpus/minting/test-key.js';
import { anchorOf } from '../trust/index.js';
import {
  createVerifier,
  failing,
  FORMATS,
  LAB,
  type AppraisalInput,
  type CheckId,
} from '../verifier/index.js';
import { ATTACKS, createAttackerKey, NO_ATTACK_REACHES, type Attack } from './index.js';

const rooted = (name: string, root: Uint8Array) => [anchorOf(name, readCertificate(root))];
const verifier = createVerifier({
  trust: {
    androidAnchors: rooted('android', ANDROID_ROOT),
    knownSoftwareRoots: [],
    appAttestAnchors: rooted('apple', APPLE_ROOT.certificate),
    receiptAnchors: rooted('receipts', RECEIPT_ROOT),
    revocation: { usable: true, entries: new Map(), takenAtMs: NOW.getTime() },
    playIntegrityKeys: {
      decryptionKey: PLAY_KEYS.decryption,
      verificationKey: createPublicKey({
        key: Buffer.from(PLAY_KEYS.signing.spki),
        format: 'der',
        type: 'spki',
      }),
    },
  },
});
const attacker = createAttackerKey();

type Judged = Pick<AppraisalInput, 'evidence' | 'expected'>;

/** Genuine evidence is accepted under the attack's own policy, and what the attack makes of it is not. */
function expectStopped(
  one: Attack,
  { genuine, spoilt, at = NOW }: { genuine: Judged; spoilt: Judged; at?: Date },
): void {
  const policy = one.policy?.(LAB) ?? LAB;
  // Both members are of one format, since the caller built them together.
  const appraised = (judged: Judged, now: Date) =>
    verifier.appraise({ ...judged, policy, now } as AppraisalInput);
  const before = appraised(genuine, NOW);
  expect({ failed: failing(before), verdict: before.verdict }).toEqual({
    failed: [],
    verdict: 'accepted',
  });
  const after = appraised(spoilt, at);
  const stated = Object.values(one.failing).flat();
  expect([...failing(after)].sort()).toEqual([...stated].sort());
  expect(after.verdict).toBe('rejected');
}

function attacksOn<Applies extends Attack['applies']>(applies: Applies) {
  const all = ATTACKS.filter(
    (one): one is Extract<Attack, { applies: Applies }> => one.applies === applies,
  );
  return all.map((one) => [one.id, one] as const);
}

describe('the catalogue of attacks', () => {
  const ids = Object.values(FORMATS).flatMap(({ checks }) => checks.map(({ id }) => id));
  const reached = new Set<CheckId>(ATTACKS.flatMap(({ failing: of }) => Object.values(of).flat()));

  it('has for every check an attack that it stops, or says why there is none', () => {
    const unreached = ids.filter((id) => !reached.has(id));
    expect(unreached.sort()).toEqual(Object.keys(NO_ATTACK_REACHES).sort());
    for (const why of Object.values(NO_ATTACK_REACHES)) expect(why.length).toBeGreaterThan(20);
  });

  it('names only checks that formats have, and rules of the service for whole submissions', () => {
    const ofService = new Set<CheckId>(ATTACKS.flatMap(({ failing: of }) => of.submission ?? []));
    expect([...reached].filter((id) => !ids.includes(id) && !ofService.has(id))).toEqual([]);
    expect([...ofService].filter((id) => ids.includes(id))).toEqual([]);
    const named = ATTACKS.filter(({ failing: of }) => of.submission !== undefined);
    expect(named.filter(({ applies }) => applies !== 'submission')).toEqual([]);
  });

  it('has no two attacks of one id', () => {
    const named = ATTACKS.map(({ id }) => id);
    expect(named.length).toBe(new Set(named).size);
  });
});

const android = (chain: readonly Uint8Array[]): Judged => ({
  evidence: parseAndroidKey(chain),
  expected: {
    ...{ challenge: CHALLENGE, packageNames: [PACKAGE] },
    ...{ signerDigests: [toHex(SIGNER_DIGEST)], spki: ANDROID_KEYS.leaf.spki },
  },
});

const PATCHED = { 718: der.integer(20_260_505), 719: der.integer(20_260_505) };

describe.each([
  ['TEE', {}],
  ['StrongBox', { attestationLevel: 2, keyMintLevel: 2 } as const],
])('an attack on a chain of the corpus, from %s', (level, record) => {
  const chain = mintAndroidChain({
    record: { ...record, hardware: hardware(PATCHED) },
    ...(level === 'TEE' ? {} : { attestationName: AUTHORITY_NAMES.strongBox }),
  });
  const attacks = attacksOn('android-key').filter(
    ([, one]) =>
      !one.needs.includes('emulator') &&
      one.id !== 'android-key/replayed' &&
      (one.isPossible?.(chain) ?? true),
  );

  it.each(attacks)('%s fails exactly what it names', async (_id, one) => {
    const spoilt = await one.mutate(chain, {
      attacker,
      signWithPhone: (data) => Promise.resolve(ANDROID_KEYS.leaf.sign(data)),
      signWithAuthority: (data) => Promise.resolve(ANDROID_KEYS.attestation.sign(data)),
      ...{ earlierChain: chain, emulatorChain: chain },
    });
    const at = one.presentedAt?.(chain);
    expectStopped(one, {
      ...{ genuine: android(chain), spoilt: android(spoilt) },
      ...(at === undefined ? {} : { at }),
    });
  });
});

describe('an attack on an attestation of the corpus', () => {
  const category = (value: number) =>
    encodeCbor(new Map([['apple_validation_category_01', Uint8Array.of(value, 0, 0, 0)]]));
  const keyId = keyIdOf(APPLE_KEYS.attested);
  const genuine = { object: mintAttestation({ tail: category(4) }), keyId };
  const otherAppId = 'ABCDE12345.com.example.other';
  const judged = (submission: typeof genuine): Judged => ({
    evidence: parseAppAttestAttestation(submission.object),
    expected: {
      ...{ appIds: [APP_ID], keyId: submission.keyId, clientDataHash: CLIENT_DATA_HASH },
      validationCategories: [4],
    },
  });
  // Both of these need a submission that the virtual phones of attacks.test.ts make.
  const elsewhere = ['app-attest/replayed', 'app-attest/development-build'];
  const attacks = attacksOn('app-attest-attestation').filter(([id]) => !elsewhere.includes(id));

  it.each(attacks)('%s fails exactly what it names', (_id, one) => {
    const spoilt = one.mutate(genuine, {
      ...{ attacker, earlier: genuine, developmentBuild: genuine },
      otherApp: {
        keyId,
        object: mintAttestation({
          ...{ appId: otherAppId, tail: category(4) },
          receipt: (certificate) => mintReceipt({ certificate, appId: otherAppId }),
        }),
      },
      otherDistribution: { keyId, object: mintAttestation({ tail: category(2) }) },
    });
    const at = one.presentedAt?.(genuine);
    expectStopped(one, {
      ...{ genuine: judged(genuine), spoilt: judged(spoilt) },
      ...(at === undefined ? {} : { at }),
    });
  });
});

describe('an attack on a receipt of the corpus', () => {
  const certificate = mintCredential(APPLE_KEYS.attested);
  const receipt = mintReceipt({ certificate });
  const judged = (bytes: Uint8Array): Judged => ({
    evidence: parseAppAttestReceipt(bytes),
    expected: { appIds: [APP_ID], publicKey: APPLE_KEYS.attested.point },
  });

  it.each(attacksOn('app-attest-receipt'))('%s fails exactly what it names', (_id, one) => {
    const spoilt = one.mutate(receipt, {
      otherKey: mintReceipt({ certificate: mintCredential(APPLE_KEYS.other) }),
      otherApp: mintReceipt({ certificate, appId: 'ABCDE12345.com.example.other' }),
      merchantSigned: mintReceipt({ certificate, signer: RECEIPT_SIGNERS.unmarked }),
      ownHierarchy: mintReceipt({ certificate, signer: RECEIPT_SIGNERS.stranger }),
      backdated: mintReceipt({ certificate, createdAt: '2025-12-31T23:59:00Z' }),
    });
    const at = new Date(NOW.getTime() + (one.afterMs ?? 0));
    expectStopped(one, { genuine: judged(receipt), spoilt: judged(spoilt), at });
  });
});

describe.each(['classic-token', 'decoded-payload'] as const)(
  'an attack on a verdict of the corpus, as %s',
  (form) => {
    const binding = toBase64url(testDigest('play nonce'));
    const signer = toBase64url(testDigest('app signer'));
    const isToken = form === 'classic-token';
    const payload = JSON.stringify({
      requestDetails: {
        ...{ requestPackageName: PACKAGE, timestampMillis: String(NOW.getTime() - 5000) },
        ...(isToken ? { nonce: binding } : { requestHash: binding }),
      },
      appIntegrity: {
        ...{ appRecognitionVerdict: 'PLAY_RECOGNIZED', packageName: PACKAGE },
        ...{ certificateSha256Digest: [signer], versionCode: '7' },
      },
      deviceIntegrity: {
        deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'],
        recentDeviceActivity: { deviceActivityLevel: 'LEVEL_2' },
        deviceAttributes: { sdkVersion: 36 },
        deviceRecall: { values: { bitFirst: false, bitSecond: false, bitThird: false } },
      },
      accountDetails: { appLicensingVerdict: 'LICENSED' },
      environmentDetails: {
        playProtectVerdict: 'NO_ISSUES',
        appAccessRiskVerdict: { appsDetected: ['KNOWN_INSTALLED'] },
      },
    });
    const seal = (text: string): string => (isToken ? mintToken(text) : text);
    const judged = (text: string): Judged => ({
      evidence: isToken ? playIntegrityToken(text) : playIntegrityPayload(text),
      expected: {
        ...(isToken ? { nonce: binding } : { requestHash: binding }),
        ...{ packageNames: [PACKAGE], certificateDigests: [signer] },
      },
    });
    const attacks = attacksOn('play-integrity').filter(
      ([, one]) => one.form === null || one.form === form,
    );

    it.each(attacks)('%s fails exactly what it names', (_id, one) => {
      const text = seal(payload);
      const spoilt = one.mutate(
        { text, payload },
        { attacker, seal, encrypt: (inner) => encrypted(inner) },
      );
      const at = new Date(NOW.getTime() + (one.afterMs ?? 0));
      expectStopped(one, { genuine: judged(text), spoilt: judged(spoilt), at });
    });
  },
);
