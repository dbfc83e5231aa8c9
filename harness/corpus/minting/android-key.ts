import { utf8 } from '../../encoding/bytes.js';
import { authorityExtensions, type NewExtension } from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID, type NameAttribute } from '../../encoding/distinguished-name.js';
import { KEY_DESCRIPTION_OID } from '../../evidence/android-key/index.js';
import { commonName, mintCertificate, NOW } from './certificate.js';
import { testDigest, testKey, type TestKey } from './test-key.js';

/** One authorization: a tag and the DER of its value. */
export type Authorization = readonly [tag: number, value: Uint8Array];

/** What a record says. */
export interface TestRecord {
  readonly version: number;
  readonly attestationLevel: number;
  readonly keyMintLevel: number;
  /** DER: malformed records put something else here than an OCTET STRING. */
  readonly challenge: Uint8Array;
  readonly software: readonly Authorization[];
  readonly hardware: readonly Authorization[];
}

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

/** A record as KeyMint encodes it. */
export function encodeRecord(record: TestRecord): Uint8Array {
  const list = (entries: readonly Authorization[]): Uint8Array =>
    der.sequence(...entries.map(([tag, value]) => der.contextExplicit(tag, value)));
  return der.sequence(
    der.integer(record.version),
    der.enumerated(record.attestationLevel),
    der.integer(record.version),
    der.enumerated(record.keyMintLevel),
    record.challenge,
    der.octetString(),
    list(record.software),
    list(record.hardware),
  );
}

/** A RootOfTrust. */
export function rootOfTrust(changes: { readonly locked?: boolean; readonly state?: number } = {}) {
  return der.sequence(
    der.octetString(testDigest('verified boot key')),
    der.boolean(changes.locked ?? true),
    der.enumerated(changes.state ?? 0),
    der.octetString(testDigest('verified boot hash')),
  );
}

/** An AttestationApplicationId inside its OCTET STRING. */
export function applicationId(
  names: readonly string[] = [PACKAGE],
  signers: readonly Uint8Array[] = [SIGNER_DIGEST],
): Uint8Array {
  const infos = names.map((name) => der.sequence(der.octetString(utf8(name)), der.integer(42)));
  const digests = signers.map((digest) => der.octetString(digest));
  return der.octetString(der.sequence(der.set(...infos), der.set(...digests)));
}

/** hardwareEnforced of a good record, with changes: a value replaces a tag, null removes it. */
export function hardware(
  changes: Readonly<Record<number, Uint8Array | null>> = {},
): readonly Authorization[] {
  const entries = new Map<number, Uint8Array | null>(GOOD_HARDWARE);
  for (const [tag, value] of Object.entries(changes)) entries.set(Number(tag), value);
  return [...entries]
    .filter((entry): entry is [number, Uint8Array] => entry[1] !== null)
    .sort(([left], [right]) => left - right);
}

// KeyMint 400 on a key that signs and verifies with ECDSA on P-256.
const GOOD_HARDWARE: readonly Authorization[] = [
  [1, der.set(der.integer(2), der.integer(3))],
  [2, der.integer(3)],
  [3, der.integer(256)],
  [5, der.set(der.integer(4))],
  [10, der.integer(1)],
  [503, der.null()],
  [702, der.integer(0)],
  [704, rootOfTrust()],
  [705, der.integer(160_000)],
  [706, der.integer(202_605)],
];

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
