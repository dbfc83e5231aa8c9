import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex, utf8 } from '../../../encoding/bytes.js';
import { encodeCbor } from '../../../encoding/cbor.js';
import { der } from '../../../encoding/der-writer.js';
import { parseAppAttestAttestation } from '../../../evidence/app-attest/index.js';
import type { AppAttestAttestationExpected } from '../../expected.js';
import { createSignatureMemo, type SignatureMemo } from '../../memo.js';
import type { AppraisalPolicy } from '../../policy.js';
import { failing, withStatus } from '../../result.js';
import {
  APP_ID,
  createTestAppleKey,
  createTestAppleVendor,
  mintAttestation,
  mintReceipt,
  MINTED_AT,
  nonceExtension,
  type AttestationChanges,
} from '../../testing/mint-app-attest.js';
import { emptyTrust, testPolicy } from '../../testing/test-appraisal.js';
import { appAttestAttestation } from '../index.js';

const vendor = createTestAppleVendor();
const stranger = createTestAppleVendor();
const key = createTestAppleKey();
const otherKey = createTestAppleKey();
const clientDataHash = new Uint8Array(32).fill(7);
const expected: AppAttestAttestationExpected = {
  appIds: [APP_ID],
  keyId: key.keyId,
  clientDataHash,
};

interface Setting {
  readonly expected?: Partial<AppAttestAttestationExpected>;
  readonly policy?: Partial<AppraisalPolicy>;
  readonly now?: Date;
  readonly memo?: SignatureMemo;
  readonly trust?: typeof vendor.trust;
}

function appraise(bytes: Uint8Array, setting: Setting = {}) {
  return appAttestAttestation.run({
    evidence: parseAppAttestAttestation(bytes),
    expected: { ...expected, ...setting.expected },
    policy: testPolicy(setting.policy),
    trust: setting.trust ?? vendor.trust,
    now: setting.now ?? MINTED_AT,
    memo: setting.memo ?? null,
  });
}

function mint(changes: AttestationChanges = {}): Uint8Array {
  return mintAttestation(vendor, { key, clientDataHash }, changes);
}

function failingOf(changes: AttestationChanges, setting: Setting = {}) {
  return failing(appraise(mint(changes), setting));
}

const IOS_27 = encodeCbor(
  new Map<string, unknown>([
    ['apple_bundle_version_01', '42'],
    ['apple_validation_category_01', Uint8Array.of(4, 0, 0, 0)],
  ]),
);

describe('an App Attest attestation', () => {
  it('passes every check and shows what it says', () => {
    const result = appraise(mint());
    expect(withStatus(result, 'not-applicable')).toEqual([
      'app-attest/validation-category-allowed',
    ]);
    expect(withStatus(result, 'passed')).toHaveLength(appAttestAttestation.checks.length - 1);
    expect(result.claims).toMatchObject({
      keyProtection: 'vouched',
      environment: 'development',
      counter: 0,
      flags: '0x40',
      authDataLength: 164,
      publicKeyHex: toHex(key.point),
      leafNotAfter: '2026-05-03T12:00:00Z',
      receiptCmsVerifies: true,
      receipt: { type: 'ATTEST', environment: 'sandbox' },
    });
  });

  it.each([0x40, 0xc0])('passes with iOS 27 extensions, whatever flags 0x%s say', (flags) => {
    const result = appraise(mint({ tail: IOS_27, flags }), {
      expected: { validationCategories: [4] },
    });
    expect(withStatus(result, 'passed')).toHaveLength(appAttestAttestation.checks.length);
    expect(result.claims['authDataExtensions']).toEqual({
      apple_bundle_version_01: '42',
      apple_validation_category_01: '04000000',
    });
  });

  it('passes with a client data hash of any length, as Apple’s own samples have', () => {
    const raw = utf8('example_server_challenge');
    const bytes = mintAttestation(vendor, { key, clientDataHash: raw });
    expect(failing(appraise(bytes, { expected: { clientDataHash: raw } }))).toEqual([]);
  });

  it('passes with the root in x5c, which adds nothing', () => {
    const [anchor] = vendor.trust.appAttestAnchors;
    const issuers = [vendor.intermediate.certificate, ...(anchor?.certificates ?? [])];
    expect(failingOf({ issuers })).toEqual([]);
  });

  it('gives the same result with a warm memo', () => {
    const memo = createSignatureMemo();
    const bytes = mint();
    expect(appraise(bytes, { memo })).toEqual(appraise(bytes));
    expect(appraise(bytes, { memo })).toEqual(appraise(bytes));
  });

  it('is not accepted from a warm memo under a trust set that trusts nothing', () => {
    const memo = createSignatureMemo();
    const bytes = mint();
    appraise(bytes, { memo });
    expect(failing(appraise(bytes, { memo, trust: emptyTrust }))).toContain(
      'app-attest/anchor-trusted',
    );
  });
});

describe('each check of an attestation fails alone', () => {
  const hour = 3_600_000;

  it('chain-long-enough, for a credential right under the root', () => {
    // The test root signs through its intermediate only, so a chain of one ends in no anchor.
    const ids = failingOf({ issuers: [] });
    expect(ids).toEqual(['app-attest/chain-long-enough', 'app-attest/anchor-trusted']);
  });

  it('names-chain, for an intermediate of another name', () => {
    const renamed = { ...vendor.intermediate, name: 'Somebody Else' };
    expect(failingOf({ issuer: renamed })).toEqual(['app-attest/names-chain']);
  });

  it('issuers-are-authorities, for an intermediate that is none', () => {
    expect(failingOf({ issuer: vendor.falseIntermediate })).toEqual([
      'app-attest/issuers-are-authorities',
    ]);
  });

  it('signatures-verify, for a credential that the intermediate never signed', () => {
    const forger = { ...stranger.intermediate, certificate: vendor.intermediate.certificate };
    expect(failingOf({ issuer: forger })).toEqual(['app-attest/signatures-verify']);
  });

  it('signatures-verify, for a root of the same name and another key', () => {
    const bytes = mintAttestation(stranger, { key, clientDataHash });
    const receiptAnchors = stranger.trust.receiptAnchors;
    expect(failing(appraise(bytes, { trust: { ...vendor.trust, receiptAnchors } }))).toEqual([
      'app-attest/signatures-verify',
    ]);
  });

  it('anchor-trusted, for a trust set without roots', () => {
    const trust = { ...vendor.trust, appAttestAnchors: [] };
    expect(failing(appraise(mint(), { trust }))).toEqual(['app-attest/anchor-trusted']);
  });

  it('already-valid, an hour before the credential', () => {
    const notBeforeMs = MINTED_AT.getTime() + hour;
    expect(failingOf({ notBeforeMs })).toEqual(['app-attest/already-valid']);
  });

  it('not-expired, an hour after the credential', () => {
    const notAfterMs = MINTED_AT.getTime() - hour;
    expect(failingOf({ notAfterMs })).toEqual(['app-attest/not-expired']);
  });

  it('nonce-matches, for another client data hash', () => {
    const other = clientDataHash.map((byte, index) => (index === 31 ? byte ^ 1 : byte));
    expect(failing(appraise(mint(), { expected: { clientDataHash: other } }))).toEqual([
      'app-attest/nonce-matches',
    ]);
  });

  it.each([
    ['no nonce extension', () => []],
    ['two of them', (nonce: Uint8Array) => [nonceExtension(nonce), nonceExtension(nonce)]],
    [
      'a byte after the nonce',
      (nonce: Uint8Array) => {
        const { oid, value } = nonceExtension(nonce);
        return [{ oid, value: concatBytes(value, Uint8Array.of(0)) }];
      },
    ],
    [
      'the nonce under another tag',
      (nonce: Uint8Array) => [
        {
          oid: '1.2.840.113635.100.8.2',
          value: der.sequence(der.contextExplicit(2, der.octetString(nonce))),
        },
      ],
    ],
  ])('nonce-matches, for %s', (_, nonceExtensions) => {
    expect(failingOf({ nonceExtensions })).toEqual(['app-attest/nonce-matches']);
  });

  it('key-id-matches and its like, for the id of another key', () => {
    expect(failing(appraise(mint(), { expected: { keyId: otherKey.keyId } }))).toEqual([
      'app-attest/key-id-matches',
      'app-attest/credential-id-matches',
    ]);
  });

  it('credential-key-matches, for a COSE key that nobody certified', () => {
    expect(failingOf({ coseKeyOf: otherKey })).toEqual(['app-attest/credential-key-matches']);
  });

  it('key-id-matches, for a certified key that is not on P-256', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    expect(failingOf({ certifiedKey: publicKey })).toEqual([
      'app-attest/key-id-matches',
      'app-attest/credential-key-matches',
    ]);
  });

  it('credential-id-matches, for the credential id of another key', () => {
    expect(failingOf({ credentialId: otherKey.keyId })).toEqual([
      'app-attest/credential-id-matches',
    ]);
  });

  it('app-matches, for another app', () => {
    expect(failingOf({ appId: `${APP_ID}x` })).toEqual(['app-attest/app-matches']);
  });

  it('app-matches, where none is ours', () => {
    expect(failing(appraise(mint(), { expected: { appIds: [] } }))).toContain(
      'app-attest/app-matches',
    );
  });

  it.each([1, 0x80000000, 0xffffffff])('counter-is-zero, for %i', (counter) => {
    expect(failingOf({ counter })).toEqual(['app-attest/counter-is-zero']);
  });

  it.each(['appattestDevelop', 'appattest\0\0\0\0\0\0\x01', 'appattestdevelo\0'])(
    'environment-allowed, for AAGUID %j',
    (aaguid) => {
      expect(failingOf({ aaguid })).toEqual(['app-attest/environment-allowed']);
    },
  );

  it.each([
    ['appattestdevelop', 'production'],
    ['appattest\0\0\0\0\0\0\0', 'development'],
  ] as const)('environment-allowed, for %j where only %s is', (aaguid, only) => {
    const policy = { appAttest: { ...testPolicy().appAttest, environments: [only] } };
    expect(failingOf({ aaguid }, { policy })).toEqual(['app-attest/environment-allowed']);
  });

  it('validation-category-allowed, for a category that is not ours', () => {
    const setting = { expected: { validationCategories: [2, 3] } };
    expect(failingOf({ tail: IOS_27 }, setting)).toEqual([
      'app-attest/validation-category-allowed',
    ]);
  });

  it('validation-category-allowed does not apply to phones that state none', () => {
    const result = appraise(mint(), { expected: { validationCategories: [4] } });
    expect(withStatus(result, 'not-applicable')).toEqual([
      'app-attest/validation-category-allowed',
    ]);
  });

  it.each([
    ['of a signer without the mark', { signer: vendor.merchant }],
    ['of another root', { signer: stranger.receiptSigner }],
    ['without an app id', { without: 2 }],
    ['made before its signer was valid', { createdAt: '2020-01-01T00:00:00Z' }],
  ])('receipt-verifies, for a receipt %s', (_, changes) => {
    const receipt = (certificate: Uint8Array) =>
      mintReceipt(vendor, { certificate, clientDataHash, ...changes });
    const result = appraise(mint({ receipt }));
    expect(failing(result)).toEqual(['app-attest/receipt-verifies']);
    expect(withStatus(result, 'blocked')).toEqual(['app-attest/receipt-belongs']);
    expect(result.claims['receiptCmsVerifies']).toBe(false);
  });

  it.each([
    ['another certificate', { certificate: vendor.intermediate.certificate }],
    ['another app', { appId: 'ABCDE12345.other' }],
  ])('receipt-belongs, for a receipt for %s', (_, changes) => {
    const receipt = (certificate: Uint8Array) =>
      mintReceipt(vendor, { certificate, clientDataHash, ...changes });
    expect(failingOf({ receipt })).toEqual(['app-attest/receipt-belongs']);
  });

  it('leaves the receipt alone where the policy says so, and claims nothing of it', () => {
    const receipt = (certificate: Uint8Array) =>
      mintReceipt(vendor, { certificate, clientDataHash, signer: stranger.receiptSigner });
    const { appAttest } = testPolicy();
    const policy = { appAttest: { ...appAttest, embeddedReceipt: 'not-judged' as const } };
    const result = appraise(mint({ receipt }), { policy });
    expect(failing(result)).toEqual([]);
    expect(withStatus(result, 'not-applicable')).toEqual([
      'app-attest/validation-category-allowed',
      'app-attest/receipt-verifies',
      'app-attest/receipt-belongs',
    ]);
    expect(result.claims['receiptCmsVerifies']).toBeNull();
  });
});

describe('a malformed attestation', () => {
  const good = mint();

  it.each([
    ['a byte after it', concatBytes(good, Uint8Array.of(0))],
    ['its last byte cut off', good.subarray(0, -1)],
    ['another format', mint({ format: 'packed' })],
    ['a member that nobody knows', mint({ extraMember: true })],
    ['the flag of an attested credential clear', mint({ flags: 0 })],
    ['the flag of extensions set and none there', mint({ flags: 0xc0 })],
    ['bytes behind the key that are no map', mint({ tail: Uint8Array.of(1) })],
    ['two maps behind the key', mint({ tail: concatBytes(IOS_27, IOS_27) })],
    ['no certificates', encodeCbor(new Map([['fmt', 'apple-appattest']]))],
    ['no bytes', new Uint8Array()],
    ['more bytes than any attestation', new Uint8Array(200_000)],
  ])('has %s', (_, bytes) => {
    const result = appraise(bytes);
    expect(failing(result)).toEqual(['app-attest/well-formed']);
    expect(withStatus(result, 'blocked')).toHaveLength(appAttestAttestation.checks.length - 1);
    expect(result.claims).toEqual({});
  });

  it('is never accepted after a change to any byte of what is attested, and never throws', () => {
    const memo = createSignatureMemo();
    appraise(good, { memo });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const spoilt = good.map((byte, where) => (where === index ? byte ^ flip : byte));
        const result = appraise(spoilt, { memo });
        if (failing(result).length + withStatus(result, 'undetermined').length > 0) return;
        // Inside the receipt's CMS some bytes say nothing: versions and the list of digests.
        const parsed = parseAppAttestAttestation(spoilt).parsed;
        const original = parseAppAttestAttestation(good).parsed;
        if (!parsed.ok || !original.ok) throw new Error('accepted what does not parse');
        expect(parsed.value.certificates).toEqual(original.value.certificates);
        expect(parsed.value.authData).toEqual(original.value.authData);
      }),
      { numRuns: 400 },
    );
  });

  it('never throws on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(failing(appraise(bytes))).not.toEqual([]);
      }),
    );
  });
});
