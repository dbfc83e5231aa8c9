import { generateKeyPairSync } from 'node:crypto';
import {
  encodeApplicationId,
  encodeRecord as encodeRecordDer,
  encodeRootOfTrust,
  signingKeyTags,
  withTags,
  type Authorization,
  type TagChanges,
  type TestRecord,
} from '../../corpus/minting/key-description.js';
import { utf8 } from '../../encoding/bytes.js';
import {
  authorityExtensions,
  buildCertificate,
  ecSigner,
  type CertificateSigner,
  type NewExtension,
} from '../../encoding/certificate-builder.js';
import { readCertificate } from '../../encoding/certificate.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID, type NameAttribute } from '../../encoding/distinguished-name.js';
import { KEY_DESCRIPTION_OID } from '../../evidence/android-key/index.js';
import { anchorOf, type TrustAnchor } from '../../trust/index.js';

/** A key pair of a test: what it signs with and its SubjectPublicKeyInfo. */
export interface TestKey {
  readonly signer: CertificateSigner;
  readonly spki: Uint8Array;
}

/** How a test's chain departs from a good one. */
export interface ChainChanges {
  readonly record?: Partial<TestRecord> | null;
  /** The extension value as it stands, in place of an encoded record. */
  readonly recordBytes?: Uint8Array;
  readonly provisioning?: 'factory' | 'rkp';
  readonly attestationName?: readonly NameAttribute[];
  readonly attestationNotBeforeMs?: number;
  readonly attestationNotAfterMs?: number;
}

/** The time that tests appraise for. */
export const TEST_NOW = new Date('2026-06-01T00:00:00Z');

/** The challenge of a good record. */
export const TEST_CHALLENGE = utf8('challenge');

/** SHA-256 of the signing certificate that a good record names. */
export const TEST_SIGNER = new Uint8Array(32).fill(7);

const ROOT_NAME = [{ oid: NAME_OID.serialNumber, value: '0123456789abcdef' }];
const INTERMEDIATE_NAMES = {
  factory: [
    { oid: NAME_OID.title, value: 'TEE' },
    { oid: NAME_OID.serialNumber, value: '00112233' },
  ],
  rkp: [
    { oid: NAME_OID.organization, value: 'Google LLC' },
    { oid: NAME_OID.commonName, value: 'Droid CA2' },
  ],
};
const ATTESTATION_NAME = [
  { oid: NAME_OID.organization, value: 'TEE' },
  { oid: NAME_OID.commonName, value: 'attestation' },
];
const LEAF_NAME = [{ oid: NAME_OID.commonName, value: 'Android Keystore Key' }];

const keys = {
  root: newTestKey(),
  intermediate: newTestKey(),
  attestation: newTestKey(),
  leaf: newTestKey(),
};

/** Keys of every chain that is minted here. */
export const TEST_KEYS: Readonly<Record<keyof typeof keys, TestKey>> = keys;

const rootDer = mint({
  name: ROOT_NAME,
  issuer: ROOT_NAME,
  key: keys.root,
  by: keys.root,
  serial: 1n,
});

/** The root of every chain that is minted here, trusted. */
export const TEST_ANCHOR: TrustAnchor = anchorOf('test-root', readCertificate(rootDer));

/** A fresh EC P-256 key. */
export function newTestKey(): TestKey {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    signer: ecSigner(pair.privateKey.export({ format: 'der', type: 'pkcs8' })),
    spki: new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' })),
  };
}

/** A chain leaf first: leaf, attestation certificate, intermediate, root. */
export function mintAndroidChain(changes: ChainChanges = {}): readonly Uint8Array[] {
  const intermediateName = INTERMEDIATE_NAMES[changes.provisioning ?? 'rkp'];
  const attestationName = changes.attestationName ?? ATTESTATION_NAME;
  return [
    mintLeaf({ record: recordExtension(changes), issuer: attestationName, by: keys.attestation }),
    mint({
      name: attestationName,
      issuer: intermediateName,
      key: keys.attestation,
      by: keys.intermediate,
      serial: 0x0abcn,
      extensions: authorityExtensions(),
      ...(changes.attestationNotBeforeMs === undefined
        ? {}
        : { notBeforeMs: changes.attestationNotBeforeMs }),
      ...(changes.attestationNotAfterMs === undefined
        ? {}
        : { notAfterMs: changes.attestationNotAfterMs }),
    }),
    mint({
      name: intermediateName,
      issuer: ROOT_NAME,
      key: keys.intermediate,
      by: keys.root,
      serial: 2n,
      extensions: authorityExtensions(),
    }),
    rootDer,
  ];
}

/** A leaf certificate with any extension; its dates are the nonsense that phones write. */
export function mintLeaf(leaf: {
  readonly record: readonly NewExtension[];
  readonly issuer: readonly NameAttribute[];
  readonly by: TestKey;
  readonly key?: TestKey;
}): Uint8Array {
  return mint({
    name: LEAF_NAME,
    issuer: leaf.issuer,
    key: leaf.key ?? keys.leaf,
    by: leaf.by,
    serial: 1n,
    extensions: leaf.record,
    notBeforeMs: 0,
    notAfterMs: 1,
  });
}

/** A leaf that the attested key of another signs. */
export function mintExtension(record: readonly NewExtension[], key = newTestKey()): Uint8Array {
  return mintLeaf({ record, issuer: LEAF_NAME, by: keys.leaf, key });
}

/** The extension that carries a record. */
export function recordExtension(
  changes: Pick<ChainChanges, 'record' | 'recordBytes'>,
): readonly NewExtension[] {
  if (changes.recordBytes !== undefined) {
    return [{ oid: KEY_DESCRIPTION_OID, value: changes.recordBytes }];
  }
  if (changes.record === null) return [];
  return [{ oid: KEY_DESCRIPTION_OID, value: encodeRecord({ ...GOOD_RECORD, ...changes.record }) }];
}

/** A record as KeyMint encodes it. */
export function encodeRecord(record: TestRecord): Uint8Array {
  return encodeRecordDer({ ...record, challenge: der.octetString(record.challenge) });
}

/** A RootOfTrust. */
export function rootOfTrust(changes: { readonly locked?: boolean; readonly state?: number } = {}) {
  const boot = { key: new Uint8Array(32).fill(1), hash: new Uint8Array(32).fill(2) };
  return encodeRootOfTrust(boot, changes);
}

/** An AttestationApplicationId inside its OCTET STRING. */
export function applicationId(
  packages: readonly string[] = ['com.example.probe'],
  signers: readonly Uint8Array[] = [TEST_SIGNER],
): Uint8Array {
  return encodeApplicationId(packages, signers);
}

/** hardwareEnforced of a good record, with changes: a value replaces a tag, null removes it. */
export function hardware(changes: TagChanges = {}): readonly Authorization[] {
  return withTags(GOOD_HARDWARE, changes);
}

const GOOD_HARDWARE = signingKeyTags(rootOfTrust());

/** What `encodeRecord` writes where a test changes nothing. */
export const GOOD_RECORD: TestRecord = {
  version: 400,
  attestationLevel: 1,
  keyMintLevel: 1,
  challenge: TEST_CHALLENGE,
  software: [
    [701, der.integer(1780272000000n)],
    [709, applicationId()],
  ],
  hardware: GOOD_HARDWARE,
};

function mint(certificate: {
  readonly name: readonly NameAttribute[];
  readonly issuer: readonly NameAttribute[];
  readonly key: TestKey;
  readonly by: TestKey;
  readonly serial: bigint;
  readonly extensions?: readonly NewExtension[];
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}): Uint8Array {
  return buildCertificate({
    serial: certificate.serial,
    issuer: certificate.issuer,
    subject: certificate.name,
    notBeforeMs: certificate.notBeforeMs ?? Date.parse('2026-01-01T00:00:00Z'),
    notAfterMs: certificate.notAfterMs ?? Date.parse('2027-01-01T00:00:00Z'),
    spki: certificate.key.spki,
    extensions: certificate.extensions ?? [],
    signer: certificate.by.signer,
  });
}
