import { authorityExtensions, type NewExtension } from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID, type NameAttribute } from '../../encoding/distinguished-name.js';
import { KEY_DESCRIPTION_OID } from '../../evidence/android-key/index.js';
import { commonName, mintCertificate, NOW } from './certificate.js';
import {
  encodeApplicationId,
  encodeRecord,
  encodeRootOfTrust,
  signingKeyTags,
  withTags,
  type Authorization,
  type TagChanges,
  type TestRecord,
} from './key-description.js';
import { testDigest, testKey, type TestKey } from './test-key.js';

/** How a chain departs from a good one. */
export interface ChainChanges {
  /** Null: the leaf carries no record. */
  readonly record?: Partial<TestRecord> | null;
  /** Extensions of the leaf as they stand, in place of a record. */
  readonly leafExtensions?: readonly NewExtension[];
  readonly leafSpki?: Uint8Array;
  readonly leafNotAfterMs?: number;
  /** The name in the leaf of whoever signed it. */
  readonly leafIssuer?: readonly NameAttribute[];
  readonly attestationName?: readonly NameAttribute[];
  readonly attestationNotBeforeMs?: number;
  readonly attestationNotAfterMs?: number;
}

/** The challenge of a good record. */
export const CHALLENGE = testDigest('challenge');

/** The package and the digest of its signer that a good record names. */
export const PACKAGE = 'com.example.probe';
/** SHA-256 of the signing certificate that a good record names. */
export const SIGNER_DIGEST = testDigest('app signer');

/** Keys of every chain. */
export const ANDROID_KEYS = {
  root: testKey('android root', 'P-384'),
  intermediate: testKey('android intermediate', 'P-384'),
  attestation: testKey('android attestation'),
  leaf: testKey('android leaf'),
  extension: testKey('android extension'),
} as const;

const ROOT_NAME = commonName('attestlab corpus Android root');
const INTERMEDIATE_NAME = [
  { oid: NAME_OID.organization, value: 'Google LLC' },
  { oid: NAME_OID.commonName, value: 'Droid CA2' },
];
const LEAF_NAME = commonName('Android Keystore Key');

/** Names of the authority right above the leaf. */
export const AUTHORITY_NAMES = {
  tee: authorityName('TEE'),
  strongBox: authorityName('StrongBox'),
} as const;

/** Serial of the authority right above the leaf, as a status list writes it. */
export const ATTESTATION_SERIAL = 'abc';

/** The root of every chain, DER. */
export const ANDROID_ROOT = mintCertificate({
  ...{ subject: ROOT_NAME, issuer: ROOT_NAME, serial: 1n, extensions: authorityExtensions() },
  ...{ key: ANDROID_KEYS.root, by: ANDROID_KEYS.root },
});

/** The certificate below the root, DER. */
export const ANDROID_INTERMEDIATE = mintCertificate({
  ...{ subject: INTERMEDIATE_NAME, issuer: ROOT_NAME, serial: 2n },
  ...{ key: ANDROID_KEYS.intermediate, by: ANDROID_KEYS.root },
  extensions: authorityExtensions(),
});

/** A chain leaf first: leaf, attestation certificate, intermediate, root. */
export function mintAndroidChain(changes: ChainChanges = {}): readonly Uint8Array[] {
  const name = changes.attestationName ?? AUTHORITY_NAMES.tee;
  return [
    mintLeaf({
      extensions: changes.leafExtensions ?? recordExtensions(changes.record ?? {}, changes),
      issuer: changes.leafIssuer ?? name,
      by: ANDROID_KEYS.attestation,
      spki: changes.leafSpki ?? ANDROID_KEYS.leaf.spki,
      notAfterMs: changes.leafNotAfterMs,
    }),
    mintCertificate({
      ...{ subject: name, issuer: INTERMEDIATE_NAME, serial: BigInt(`0x${ATTESTATION_SERIAL}`) },
      ...{ key: ANDROID_KEYS.attestation, by: ANDROID_KEYS.intermediate },
      extensions: authorityExtensions(),
      notBeforeMs: changes.attestationNotBeforeMs,
      notAfterMs: changes.attestationNotAfterMs,
    }),
    ANDROID_INTERMEDIATE,
    ANDROID_ROOT,
  ];
}

/** The chain with one more certificate, which the attested key signed. */
export function extended(
  chain: readonly Uint8Array[],
  extensions: readonly NewExtension[],
): readonly Uint8Array[] {
  const { leaf, extension } = ANDROID_KEYS;
  return [mintLeaf({ extensions, issuer: LEAF_NAME, by: leaf, spki: extension.spki }), ...chain];
}

/** One certificate that is root and leaf at once. */
export function mintLoneRoot(): Uint8Array {
  return mintCertificate({
    ...{ subject: ROOT_NAME, issuer: ROOT_NAME, serial: 1n },
    ...{ key: ANDROID_KEYS.leaf, by: ANDROID_KEYS.leaf },
    extensions: goodRecord({}),
  });
}

/** The extension of a good record with changes. */
export function goodRecord(changes: Partial<TestRecord>): readonly NewExtension[] {
  return [recordExtension(encodeRecord({ ...GOOD_RECORD, ...changes }))];
}

/** The extension that carries these bytes for a record. */
export function recordExtension(value: Uint8Array): NewExtension {
  return { oid: KEY_DESCRIPTION_OID, value };
}

/** A RootOfTrust of the corpus' phone. */
export function rootOfTrust(changes: { readonly locked?: boolean; readonly state?: number } = {}) {
  const of = { key: testDigest('verified boot key'), hash: testDigest('verified boot hash') };
  return encodeRootOfTrust(of, changes);
}

/** An AttestationApplicationId of the corpus' app inside its OCTET STRING. */
export function applicationId(
  names: readonly string[] = [PACKAGE],
  signers: readonly Uint8Array[] = [SIGNER_DIGEST],
): Uint8Array {
  return encodeApplicationId(names, signers);
}

/** hardwareEnforced of a good record, with changes: a value replaces a tag, null removes it. */
export function hardware(changes: TagChanges = {}): readonly Authorization[] {
  return withTags(GOOD_HARDWARE, changes);
}

const GOOD_HARDWARE = signingKeyTags(rootOfTrust());

/** What a good chain's record says. */
export const GOOD_RECORD: TestRecord = {
  version: 400,
  attestationLevel: 1,
  keyMintLevel: 1,
  challenge: der.octetString(CHALLENGE),
  software: [
    [701, der.integer(NOW.getTime() - 1000)],
    [709, applicationId()],
  ],
  hardware: GOOD_HARDWARE,
};

function recordExtensions(
  record: Partial<TestRecord>,
  changes: ChainChanges,
): readonly NewExtension[] {
  return changes.record === null ? [] : goodRecord(record);
}

// The dates of a leaf are what most phones write; some write nonsense, and none of them counts.
const LEAF_TO_MS = Date.parse('2048-01-01T00:00:00Z');

function mintLeaf(leaf: {
  readonly extensions: readonly NewExtension[];
  readonly issuer: readonly NameAttribute[];
  readonly by: TestKey;
  readonly spki: Uint8Array;
  readonly notAfterMs?: number | undefined;
}): Uint8Array {
  const { extensions, issuer, by, spki } = leaf;
  return mintCertificate({
    ...{ subject: LEAF_NAME, issuer, by, serial: 1n, extensions, key: { spki } },
    ...{ notBeforeMs: 0, notAfterMs: leaf.notAfterMs ?? LEAF_TO_MS },
  });
}

function authorityName(organization: string): readonly NameAttribute[] {
  return [
    { oid: NAME_OID.organization, value: organization },
    { oid: NAME_OID.commonName, value: 'attestation' },
  ];
}
