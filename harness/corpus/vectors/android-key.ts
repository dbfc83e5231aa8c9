import { concatBytes } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { flipBit } from '../../attacks/edit-der.js';
import { FORMATS, LAB } from '../../verifier/index.js';
import {
  ANDROID_INTERMEDIATE,
  ANDROID_KEYS,
  ANDROID_ROOT,
  applicationId,
  ATTESTATION_SERIAL,
  AUTHORITY_NAMES,
  CHALLENGE,
  extended,
  goodRecord,
  GOOD_RECORD,
  hardware,
  mintAndroidChain,
  mintLoneRoot,
  PACKAGE,
  rootOfTrust,
  SIGNER_DIGEST,
  type ChainChanges,
} from '../minting/android-key.js';
import { commonName, NOW } from '../minting/certificate.js';
import { testDigest } from '../minting/test-key.js';
import { ANDROID_EXPECTED } from './android-key-expected.js';
import { androidKeyFreshness, androidPolicy } from './android-key-freshness.js';
import { androidKeyMalformed } from './android-key-malformed.js';
import {
  allBut,
  draftsFor,
  statedAnchor,
  trustWith,
  type Given,
  type VectorDraft,
  type VectorFileDraft,
} from './draft.js';
import type { VectorTrust } from './schema.js';

type Draft = VectorDraft<'android-key'>;

const DAY_MS = 86_400_000;
const ROOT = statedAnchor('corpus root', ANDROID_ROOT);
const FRESH = { list: '{"entries":{}}', takenAt: NOW.toISOString() };

const drafts = draftsFor<'android-key'>({
  evidence: parseAndroidKey(mintAndroidChain()),
  expected: ANDROID_EXPECTED,
});

function minted(changes: ChainChanges): Pick<Given<'android-key'>, 'evidence'> {
  return { evidence: parseAndroidKey(mintAndroidChain(changes)) };
}

function listing(entries: object): VectorTrust {
  return trustWith({
    android: [ROOT],
    revocation: { list: JSON.stringify({ entries }), takenAt: NOW.toISOString() },
  });
}

const all = FORMATS['android-key'].checks.map(({ id }) => id);
const attestKey = { record: { hardware: hardware({ 1: der.set(der.integer(7)) }) } };
const underAttestKey = {
  evidence: parseAndroidKey(extended(mintAndroidChain(attestKey), goodRecord({}))),
  expected: { ...ANDROID_EXPECTED, spki: ANDROID_KEYS.extension.spki },
};

const passing: readonly Draft[] = [
  drafts.passing('rkp-chain', {
    description: 'a chain of four under remote provisioning, with a record of KeyMint 400',
    checks: allBut(all, [
      'android-key/tags-in-order',
      'android-key/tags-known',
      'android-key/strongbox-certified',
      'android-key/os-patch-level-sufficient',
      'android-key/vendor-patch-level-sufficient',
      'android-key/boot-patch-level-sufficient',
      'android-key/creation-not-ahead',
    ]),
  }),
  drafts.passing('strongbox', {
    description: 'a StrongBox key under an authority that is named for StrongBox',
    checks: ['android-key/strongbox-certified'],
    ...minted({
      record: { attestationLevel: 2, keyMintLevel: 2 },
      attestationName: AUTHORITY_NAMES.strongBox,
    }),
  }),
  drafts.passing('leaf-of-1970', {
    description: 'a leaf that expired in 1970: what phones write there means nothing',
    checks: ['android-key/not-expired'],
    ...minted({ leafNotAfterMs: 1000 }),
  }),
  drafts.passing('strict-tags', {
    description: 'a good record where policy wants known tags in ascending order',
    checks: ['android-key/tags-in-order', 'android-key/tags-known'],
    policy: 'strict-tags',
  }),
  drafts.passing('attest-key', {
    description: 'a leaf under an attest key, where policy allows those',
    checks: ['android-key/single-record', 'android-key/chain-not-extended'],
    ...underAttestKey,
    policy: 'attest-keys',
  }),
  drafts.passing('root-left-out', {
    description: 'a chain without its root, where policy finds the anchor by the issuer’s name',
    checks: ['android-key/root-present', 'android-key/anchor-trusted'],
    evidence: parseAndroidKey(mintAndroidChain().slice(0, 3)),
    policy: 'anchor-by-issuer',
  }),
  drafts.passing('root-twice', {
    description: 'a chain that lists its root twice ends where it ended before',
    checks: [
      'android-key/root-present',
      'android-key/signatures-verify',
      'android-key/anchor-trusted',
      'android-key/not-expired',
    ],
    evidence: parseAndroidKey([...mintAndroidChain(), ANDROID_ROOT]),
  }),
];

const [leaf = new Uint8Array(), ...above] = mintAndroidChain();

const chainFailures: readonly Draft[] = [
  drafts.soleFailure('android-key/well-formed', {
    ...{ slug: 'byte-after-leaf', description: 'a byte follows the leaf certificate' },
    evidence: parseAndroidKey([concatBytes(leaf, Uint8Array.of(0)), ...above]),
  }),
  drafts.soleFailure('android-key/chain-long-enough', {
    ...{ slug: 'lone-root', description: 'one certificate that is root and leaf at once' },
    evidence: parseAndroidKey([mintLoneRoot()]),
    trust: 'lone-root',
  }),
  drafts.soleFailure('android-key/root-present', {
    ...{ slug: 'ends-below-root', description: 'the chain ends in an anchor that others issued' },
    evidence: parseAndroidKey(mintAndroidChain().slice(0, 3)),
    trust: 'intermediate',
  }),
  drafts.soleFailure('android-key/names-chain', {
    ...{ slug: 'other-issuer-name', description: 'the leaf names another issuer than it has' },
    ...minted({ leafIssuer: commonName('somebody else') }),
  }),
  drafts.soleFailure('android-key/signatures-verify', {
    ...{ slug: 'leaf-bit', description: 'the last bit of the leaf’s signature is turned over' },
    evidence: parseAndroidKey([flipBit(leaf, -1), ...above]),
  }),
  drafts.soleFailure('android-key/root-not-software', {
    ...{ slug: 'published-root', description: 'the private key of the root is public' },
    trust: 'published-root',
  }),
  drafts.soleFailure('android-key/anchor-trusted', {
    ...{ slug: 'no-anchors', description: 'nobody trusts the root' },
    trust: 'no-anchors',
  }),
  drafts.soleFailure('android-key/already-valid', {
    ...{ slug: 'a-second-early', description: 'an authority becomes valid in a second' },
    ...minted({ attestationNotBeforeMs: NOW.getTime() + 1000 }),
  }),
  drafts.soleFailure('android-key/not-expired', {
    ...{ slug: 'a-second-late', description: 'a provisioned authority expired a second ago' },
    ...minted({ attestationNotAfterMs: NOW.getTime() - 1000 }),
  }),
];

const revocationFailures: readonly Draft[] = [
  drafts.soleFailure('android-key/revocation-list-usable', {
    ...{ slug: 'no-list', description: 'policy wants a status list and there is none' },
    trust: 'no-list',
  }),
  drafts.soleFailure('android-key/revocation-list-fresh', {
    ...{ slug: 'eight-days', description: 'the status list is eight days old, and policy says 7' },
    trust: 'stale-list',
  }),
  drafts.soleFailure('android-key/not-revoked', {
    ...{ slug: 'upper-case-padded', description: 'the serial is listed in upper case, with zeros' },
    trust: 'revoked',
  }),
  drafts.soleFailure('android-key/not-suspended', {
    ...{ slug: 'listed', description: 'the serial is listed as SUSPENDED' },
    trust: 'suspended',
  }),
  drafts.soleFailure('android-key/status-known', {
    ...{ slug: 'new-word', description: 'the serial is listed with a word that nobody knows' },
    trust: 'unknown-word',
  }),
];

const recordFailures: readonly Draft[] = [
  drafts.soleFailure('android-key/record-in-leaf', {
    ...{ slug: 'no-record', description: 'the leaf carries no record' },
    ...minted({ record: null }),
  }),
  drafts.soleFailure('android-key/single-record', {
    ...{ slug: 'attest-key-refused', description: 'a second record, where policy refuses them' },
    ...underAttestKey,
  }),
  drafts.soleFailure('android-key/record-well-formed', {
    ...{ slug: 'tag-twice', description: 'the root of trust comes twice: unlocked, then locked' },
    ...minted({
      record: {
        hardware: [
          ...hardware({ 704: null, 705: null, 706: null }),
          [704, rootOfTrust({ locked: false })],
          [704, rootOfTrust()],
        ],
      },
    }),
  }),
  drafts.soleFailure('android-key/chain-not-extended', {
    ...{ slug: 'signing-key', description: 'a key for signing signed a leaf of its holder’s' },
    evidence: parseAndroidKey(extended(mintAndroidChain(), goodRecord({}))),
    expected: underAttestKey.expected,
    policy: 'attest-keys',
  }),
  drafts.soleFailure('android-key/tags-in-order', {
    ...{ slug: 'descending', description: 'tags descend where policy wants them to ascend' },
    ...minted({ record: { hardware: [...hardware()].reverse() } }),
    policy: 'strict-tags',
  }),
  drafts.soleFailure('android-key/tags-known', {
    ...{ slug: 'tag-1000', description: 'a tag that no schema defines, where policy refuses them' },
    ...minted({ record: { hardware: hardware({ 1000: der.null() }) } }),
    policy: 'strict-tags',
  }),
];

const keyFailures: readonly Draft[] = [
  drafts.soleFailure('android-key/challenge-matches', {
    ...{ slug: 'last-bit', description: 'the challenge differs in its last bit' },
    expected: { ...ANDROID_EXPECTED, challenge: flipBit(CHALLENGE, -1) },
  }),
  drafts.soleFailure('android-key/key-matches', {
    ...{ slug: 'other-key', description: 'another key is presented than the leaf certifies' },
    expected: { ...ANDROID_EXPECTED, spki: ANDROID_KEYS.extension.spki },
  }),
  drafts.soleFailure('android-key/levels-equal', {
    ...{ slug: 'tee-attests-strongbox', description: 'the TEE attests a key in StrongBox' },
    ...minted({ record: { keyMintLevel: 2 } }),
  }),
  drafts.soleFailure('android-key/level-sufficient', {
    ...{ slug: 'software', description: 'key and attestation are in software' },
    ...minted({ record: { attestationLevel: 0, keyMintLevel: 0 } }),
  }),
  drafts.soleFailure('android-key/strongbox-certified', {
    ...{ slug: 'tee-authority', description: 'a StrongBox claim under an authority for the TEE' },
    ...minted({ record: { attestationLevel: 2, keyMintLevel: 2 } }),
  }),
  drafts.soleFailure('android-key/origin-generated', {
    ...{ slug: 'imported', description: 'the key was imported' },
    ...minted({ record: { hardware: hardware({ 702: der.integer(2) }) } }),
  }),
  drafts.soleFailure('android-key/purpose-sign', {
    ...{ slug: 'decrypts', description: 'the key encrypts and decrypts, and does not sign' },
    ...minted({ record: { hardware: hardware({ 1: der.set(der.integer(0), der.integer(1)) }) } }),
  }),
  drafts.soleFailure('android-key/bound-to-application', {
    ...{ slug: 'all-applications', description: 'every application may use the key' },
    ...minted({ record: { hardware: hardware({ 600: der.null() }) } }),
  }),
];

const stateFailures: readonly Draft[] = [
  drafts.soleFailure('android-key/root-of-trust-present', {
    ...{ slug: 'software-only', description: 'only software states a root of trust' },
    ...minted({
      record: {
        hardware: hardware({ 704: null }),
        software: [[704, rootOfTrust()], ...GOOD_RECORD.software.slice(1)],
      },
    }),
  }),
  drafts.soleFailure('android-key/device-locked', {
    ...{ slug: 'unlocked', description: 'the bootloader is unlocked' },
    ...minted({ record: { hardware: hardware({ 704: rootOfTrust({ locked: false }) }) } }),
  }),
  drafts.soleFailure('android-key/boot-verified', {
    ...{ slug: 'self-signed', description: 'the owner of the phone signed its system' },
    ...minted({ record: { hardware: hardware({ 704: rootOfTrust({ state: 1 }) }) } }),
  }),
  drafts.soleFailure('android-key/package-matches', {
    ...{ slug: 'other-package', description: 'the record names a package that is not ours' },
    expected: { ...ANDROID_EXPECTED, packageNames: ['com.example.other'] },
  }),
  drafts.soleFailure('android-key/signer-matches', {
    ...{ slug: 'second-signer', description: 'a second signer beside ours' },
    ...minted({
      record: {
        software: [[709, applicationId([PACKAGE], [SIGNER_DIGEST, testDigest('other signer')])]],
      },
    }),
  }),
];

/** The vectors of Android Key Attestation. */
export function androidKeyVectors(): VectorFileDraft<'android-key'> {
  const stale = { ...FRESH, takenAt: new Date(NOW.getTime() - 8 * DAY_MS).toISOString() };
  const loneRoot = statedAnchor('lone root', mintLoneRoot());
  const intermediate = statedAnchor('corpus intermediate', ANDROID_INTERMEDIATE);
  const malformed = androidKeyMalformed();
  const freshness = androidKeyFreshness();
  return {
    format: 'android-key',
    description: 'Android Key Attestation: certificate chains, leaf first, DER',
    policies: {
      lab: LAB,
      'strict-tags': androidPolicy('strict-tags', {
        tagOrder: 'required',
        unknownTags: 'rejected',
      }),
      'attest-keys': androidPolicy('attest-keys', { attestKeyChains: 'allowed' }),
      ...freshness.policies,
      'anchor-by-issuer': androidPolicy('anchor-by-issuer', { anchorByIssuer: 'allowed' }),
    },
    trust: {
      trusted: trustWith({ android: [ROOT], revocation: FRESH }),
      'lone-root': trustWith({ android: [loneRoot], revocation: FRESH }),
      intermediate: trustWith({ android: [intermediate], revocation: FRESH }),
      'published-root': trustWith({ software: [ROOT], revocation: FRESH }),
      'no-anchors': trustWith({ revocation: FRESH }),
      'no-list': trustWith({ android: [ROOT] }),
      'stale-list': trustWith({ android: [ROOT], revocation: stale }),
      revoked: listing({ [`00${ATTESTATION_SERIAL.toUpperCase()}`]: { status: 'REVOKED' } }),
      suspended: listing({ [ATTESTATION_SERIAL]: { status: 'SUSPENDED' } }),
      'unknown-word': listing({ [ATTESTATION_SERIAL]: { status: 'WITHDRAWN' } }),
      ...malformed.trust,
    },
    vectors: [
      ...passing,
      ...chainFailures,
      ...revocationFailures,
      ...recordFailures,
      ...keyFailures,
      ...stateFailures,
      ...freshness.vectors,
      ...malformed.vectors,
    ],
  };
}
