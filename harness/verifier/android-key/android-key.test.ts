import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { FORMATS } from '../formats.js';
import { BASELINE, LAB, STRICT } from '../policies.js';
import type { AndroidKeyPolicy } from '../policy.js';
import { failing, withStatus } from '../result.js';
import {
  EXPECTED,
  appraise,
  lab,
  listing,
  leaf,
  attestation,
  intermediate,
  root,
  good,
  flipped,
  first,
  mintSelfSigned,
  type Case,
} from '../testing/android-appraisal.js';
import {
  applicationId,
  encodeRecord,
  GOOD_RECORD,
  hardware,
  mintAndroidChain,
  mintExtension,
  newTestKey,
  recordExtension,
  rootOfTrust,
  TEST_ANCHOR,
  TEST_CHALLENGE,
  TEST_NOW,
  TEST_SIGNER,
  type ChainChanges,
} from '../testing/mint-android-chain.js';

describe('a good chain', () => {
  it('is accepted under every policy, with every required check passed', () => {
    for (const policy of [BASELINE, STRICT, LAB]) {
      const result = appraise({ policy });
      expect(failing(result)).toEqual([]);
      expect(result.verdict).toBe('accepted');
    }
    expect(withStatus(appraise({}), 'not-applicable')).toEqual([
      'android-key/tags-in-order',
      'android-key/tags-known',
      'android-key/strongbox-certified',
      'android-key/os-patch-level-sufficient',
      'android-key/vendor-patch-level-sufficient',
      'android-key/boot-patch-level-sufficient',
      'android-key/creation-not-ahead',
    ]);
  });

  it('lists every check of the format in its fixed order', () => {
    expect(appraise({}).checks.map(({ id }) => id)).toEqual(
      FORMATS['android-key'].checks.map(({ id }) => id),
    );
  });

  it('passes after its factory certificates expired, since their vendor cannot renew them', () => {
    const policy = { ...LAB, androidKey: { ...LAB.androidKey, revocationMaxAgeDays: 20_000 } };
    const now = new Date('2040-01-01T00:00:00Z');
    expect(appraise({ changes: { provisioning: 'factory' }, now, policy }).verdict).toBe(
      'accepted',
    );
  });

  it('passes with an authority that says nothing of being one, as a quarter of genuine chains', () => {
    const changes: ChainChanges = {
      attestationName: [{ oid: NAME_OID.commonName, value: 'no authority' }],
    };
    expect(appraise({ changes }).verdict).toBe('accepted');
  });

  it('passes where it claims StrongBox and its authority is named for it', () => {
    const changes: ChainChanges = {
      record: { attestationLevel: 2, keyMintLevel: 2 },
      attestationName: [
        { oid: NAME_OID.organization, value: 'StrongBox' },
        { oid: NAME_OID.commonName, value: 'attestation' },
      ],
    };
    const result = appraise({ changes });
    expect(withStatus(result, 'passed')).toContain('android-key/strongbox-certified');
    expect(result.verdict).toBe('accepted');
  });
});

const RECENT: AndroidKeyPolicy['minimumPatchLevel'] = {
  os: { maxAgeDays: 90 },
  vendor: { maxAgeDays: 90 },
  boot: { notBefore: '2026-03' },
};
const applicationOfGood = GOOD_RECORD.software.filter(([tag]) => tag === 709);
const twoSignerDigests = [TEST_SIGNER, new Uint8Array(32).fill(8)];

// Each case changes one thing, and states the exact set of checks that must fail for it.
const REJECTED: readonly (readonly [rule: string, test: Case, failing: readonly string[]])[] = [
  [
    'a byte after the leaf',
    {
      chain: first(
        concatBytes(leaf ?? new Uint8Array(), Uint8Array.of(0)),
        attestation,
        intermediate,
        root,
      ),
    },
    ['well-formed'],
  ],
  ['no certificate at all', { chain: [] }, ['well-formed']],
  [
    'a certificate that is cut off',
    { chain: first(leaf?.subarray(0, -1), attestation, intermediate, root) },
    ['well-formed'],
  ],
  ['a chain without its root', { chain: first(leaf, attestation, intermediate) }, ['root-present']],
  ['a lone leaf', { chain: first(leaf) }, ['chain-long-enough', 'root-present']],
  [
    'a chain in the wrong order',
    { chain: [...good].reverse(), expected: {} },
    ['root-present', 'names-chain', 'signatures-verify', 'record-in-leaf'],
  ],
  [
    'a chain with a certificate left out',
    { chain: first(leaf, intermediate, root) },
    ['names-chain', 'signatures-verify'],
  ],
  [
    "a changed byte in the leaf's signature",
    { chain: first(flipped(leaf, -1), attestation, intermediate, root) },
    ['signatures-verify'],
  ],
  [
    "a changed byte in the root's signature",
    { chain: first(leaf, attestation, intermediate, flipped(root, -1)) },
    ['signatures-verify'],
  ],
  ['a root that nobody trusts', { trust: { androidAnchors: [] } }, ['anchor-trusted']],
  [
    'a root whose private key is published',
    { trust: { androidAnchors: [], knownSoftwareRoots: [TEST_ANCHOR] } },
    ['root-not-software'],
  ],
  [
    'an authority that is not valid yet',
    { changes: { attestationNotBeforeMs: TEST_NOW.getTime() + 1000 } },
    ['already-valid'],
  ],
  [
    'a provisioned authority that expired',
    { changes: { attestationNotAfterMs: TEST_NOW.getTime() - 1000 } },
    ['not-expired'],
  ],
  ['a revoked serial', { trust: listing({ abc: { status: 'REVOKED' } }) }, ['not-revoked']],
  [
    'a revoked serial in upper case with leading zeros',
    { trust: listing({ '00ABC': { status: 'REVOKED' } }) },
    ['not-revoked'],
  ],
  ['a suspended serial', { trust: listing({ abc: { status: 'SUSPENDED' } }) }, ['not-suspended']],
  [
    'a status word that nobody knows',
    { trust: listing({ abc: { status: 'WITHDRAWN' } }) },
    ['status-known'],
  ],
  ['a leaf without record', { changes: { record: null } }, ['record-in-leaf']],
  [
    'a leaf signed by an attested key, with a record of its choice',
    {
      chain: [mintExtension(recordExtension({ record: {} })), ...good],
      expected: { challenge: TEST_CHALLENGE },
    },
    ['single-record', 'chain-not-extended'],
  ],
  [
    'a leaf without record signed by an attested key',
    { chain: [mintExtension([]), ...good], expected: { challenge: TEST_CHALLENGE } },
    ['record-in-leaf', 'chain-not-extended'],
  ],
  [
    'an attest-key chain where policy refuses them',
    {
      chain: [
        mintExtension(recordExtension({ record: {} })),
        ...mintAndroidChain({ record: { hardware: hardware({ 1: der.set(der.integer(7)) }) } }),
      ],
      expected: {},
    },
    ['single-record'],
  ],
  [
    'bytes after the record',
    { changes: { recordBytes: concatBytes(encodeRecord(GOOD_RECORD), Uint8Array.of(5, 0)) } },
    ['record-well-formed'],
  ],
  [
    'a record that is a number',
    { changes: { recordBytes: der.integer(1) } },
    ['record-well-formed'],
  ],
  [
    'a tag that comes twice',
    {
      changes: {
        record: {
          hardware: [
            ...hardware({ 704: null }),
            [704, rootOfTrust({ locked: false })],
            [704, rootOfTrust()],
          ],
        },
      },
    },
    ['record-well-formed'],
  ],
  [
    'a security level that does not exist',
    { changes: { record: { attestationLevel: 3 } } },
    ['record-well-formed'],
  ],
  [
    'unsorted tags where policy wants order',
    {
      changes: { record: { hardware: [...hardware()].reverse() } },
      policy: lab({ tagOrder: 'required' }),
    },
    ['tags-in-order'],
  ],
  [
    'an unknown tag where policy rejects them',
    {
      changes: { record: { hardware: hardware({ 1000: der.null() }) } },
      policy: lab({ unknownTags: 'rejected' }),
    },
    ['tags-known'],
  ],
  [
    'a challenge that differs in the last byte',
    { expected: { ...EXPECTED, challenge: flipped(TEST_CHALLENGE, -1) } },
    ['challenge-matches'],
  ],
  [
    'a challenge that is longer by a byte',
    { expected: { ...EXPECTED, challenge: concatBytes(TEST_CHALLENGE, Uint8Array.of(0)) } },
    ['challenge-matches'],
  ],
  [
    'another key than the one presented',
    { expected: { ...EXPECTED, spki: newTestKey().spki } },
    ['key-matches'],
  ],
  ['levels that differ', { changes: { record: { keyMintLevel: 2 } } }, ['levels-equal']],
  [
    'a software key',
    { changes: { record: { attestationLevel: 0, keyMintLevel: 0 } } },
    ['level-sufficient'],
  ],
  [
    'a TEE key where policy wants StrongBox',
    { policy: lab({ minimumLevel: 'STRONG_BOX' }) },
    ['level-sufficient'],
  ],
  [
    'a StrongBox claim under an authority for the TEE',
    { changes: { record: { attestationLevel: 2, keyMintLevel: 2 } } },
    ['strongbox-certified'],
  ],
  [
    'an imported key',
    { changes: { record: { hardware: hardware({ 702: der.integer(2) }) } } },
    ['origin-generated'],
  ],
  [
    'an origin that only software states',
    {
      changes: {
        record: {
          hardware: hardware({ 702: null }),
          software: [...GOOD_RECORD.software, [702, der.integer(0)]],
        },
      },
    },
    ['origin-generated'],
  ],
  [
    'a key that may not sign',
    { changes: { record: { hardware: hardware({ 1: der.set(der.integer(0), der.integer(1)) }) } } },
    ['purpose-sign'],
  ],
  [
    'a key for all applications',
    { changes: { record: { hardware: hardware({ 600: der.null() }) } } },
    ['bound-to-application'],
  ],
  [
    'no root of trust',
    { changes: { record: { hardware: hardware({ 704: null }) } } },
    ['root-of-trust-present'],
  ],
  [
    'a root of trust that only software states',
    {
      changes: {
        record: {
          hardware: hardware({ 704: null }),
          software: [...GOOD_RECORD.software, [704, rootOfTrust()]],
        },
      },
    },
    ['root-of-trust-present'],
  ],
  [
    'an unlocked phone',
    { changes: { record: { hardware: hardware({ 704: rootOfTrust({ locked: false }) }) } } },
    ['device-locked'],
  ],
  [
    'a system that its owner signed',
    { changes: { record: { hardware: hardware({ 704: rootOfTrust({ state: 1 }) }) } } },
    ['boot-verified'],
  ],
  [
    'no patch levels where policy wants them',
    {
      changes: { record: { hardware: hardware({ 706: null, 718: null, 719: null }) } },
      policy: lab({ minimumPatchLevel: RECENT }),
    },
    ['os-patch-level-sufficient', 'vendor-patch-level-sufficient', 'boot-patch-level-sufficient'],
  ],
  [
    'patch levels that only software states',
    {
      changes: {
        record: {
          hardware: hardware({ 706: null }),
          software: [...GOOD_RECORD.software, [706, der.integer(202_606)]],
        },
      },
      policy: lab({ minimumPatchLevel: { ...RECENT, vendor: null, boot: null } }),
    },
    ['os-patch-level-sufficient'],
  ],
  [
    'a key that was made a millisecond too late',
    {
      changes: {
        record: {
          software: [[701, der.integer(TEST_NOW.getTime() + 1001)], ...applicationOfGood],
        },
      },
      policy: lab({ creationFutureWindowMs: 1000 }),
    },
    ['creation-not-ahead'],
  ],
  [
    'another package',
    { expected: { ...EXPECTED, packageNames: ['com.example.other'] } },
    ['package-matches'],
  ],
  [
    'no application id',
    { changes: { record: { software: [] } } },
    ['package-matches', 'signer-matches'],
  ],
  ['another signer', { expected: { ...EXPECTED, signerDigests: ['00'] } }, ['signer-matches']],
  [
    'a second signer that is not ours',
    {
      changes: {
        record: { software: [[709, applicationId(['com.example.probe'], twoSignerDigests)]] },
      },
    },
    ['signer-matches'],
  ],
  [
    'a package list without signers',
    { changes: { record: { software: [[709, applicationId(['com.example.probe'], [])]] } } },
    ['signer-matches'],
  ],
];

describe('a chain is rejected for', () => {
  it.each(REJECTED)('%s', (_rule, test, expected) => {
    const result = appraise(test);
    expect(failing(result)).toEqual(expected.map((id) => `android-key/${id}`));
    expect(result.verdict).toBe('rejected');
  });

  it('exactly the checks that this table names, each at least once', () => {
    const named = new Set(REJECTED.flatMap(([, , ids]) => ids.map((id) => `android-key/${id}`)));
    // Both of these lack data to decide with; they are never failed.
    const undecided = ['android-key/revocation-list-usable', 'android-key/revocation-list-fresh'];
    const all = FORMATS['android-key'].checks.map(({ id }) => id);
    expect(all.filter((id) => !named.has(id))).toEqual(undecided);
  });

  it('a lookalike of the root with another key', () => {
    const chain = mintAndroidChain();
    const forged = mintSelfSigned();
    const result = appraise({ chain: first(...chain.slice(0, 3), forged) });
    expect(failing(result)).toEqual([
      'android-key/signatures-verify',
      'android-key/anchor-trusted',
    ]);
  });
});
