import { randomBytes } from 'node:crypto';
import type { NewExtension } from '../../encoding/certificate-builder.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { KEY_DESCRIPTION_OID } from '../../evidence/android-key/index.js';
import type { AndroidConditions } from './android-conditions.js';
import {
  hasAttestKeys,
  moduleHash,
  recordVersions,
  rootOfTrust,
  systemNumbers,
  type AndroidHardware,
} from './android-hardware.js';
import { keyUsageExtension } from './authority.js';
import { encodeKeyDescription, KEYMINT, type HardwareAuthorizations } from './key-description.js';
import { provisioningFailure } from './keymint-errors.js';
import type {
  AndroidKeyLevel,
  KeyAlgorithm,
  KeyDigest,
  PackageIdentity,
} from './secure-hardware.js';
import type { AttestationSigner, VendorRoots } from './vendor-roots.js';

/** A key that is to be attested. */
export interface AttestedKey {
  readonly algorithm: KeyAlgorithm;
  readonly level: AndroidKeyLevel;
  readonly digests: readonly KeyDigest[];
  readonly origin: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

/** Attests a key for an app over its challenge: a chain, DER, leaf first. */
export type Attester = (
  key: AttestedKey,
  asked: { readonly challenge: Uint8Array; readonly packageInfo: PackageIdentity },
) => readonly Uint8Array[];

// What KeyGenParameterSpec gives to every certificate of a key.
const LEAF_VALIDITY = { notBeforeMs: 0, notAfterMs: Date.UTC(2048, 0, 1) };
const LEAF_SUBJECT = [{ oid: NAME_OID.commonName, value: 'Android Keystore Key' }];
// An app names its attest key itself: with the default, a leaf would look self-issued.
const ATTEST_KEY_SUBJECT = [{ oid: NAME_OID.commonName, value: 'Attest Key' }];

const RENEW_BEFORE_MS = 86_400_000;

const DIGITAL_SIGNATURE = 0;

/** The part of a phone's keystore that attests. */
export function createAttester(phone: {
  readonly hardware: AndroidHardware;
  readonly vendors: VendorRoots;
  /** The phone's own clock. */
  readonly clock: () => Date;
  readonly conditions: () => AndroidConditions;
}): Attester {
  const { hardware, vendors, clock, conditions } = phone;
  const held = new Map<AndroidKeyLevel, AttestationSigner>();

  const signerFor = (level: AndroidKeyLevel): AttestationSigner => {
    if (level === 'software') return vendors.softwareSigner();
    if (hardware.provisioning === 'rkp') refuseProvisioning(conditions(), hardware.apiLevel);
    const before = held.get(level);
    if (before !== undefined && !isRunningOut(before, vendors.now())) return before;
    const signer = vendors.attestationSigner(level, hardware.provisioning);
    held.set(level, signer);
    return signer;
  };

  const recordExtension = (record: RecordContent): NewExtension => ({
    oid: KEY_DESCRIPTION_OID,
    value: encodeKeyDescription({
      ...recordVersions(hardware),
      level: record.level,
      challenge: record.challenge,
      createdAtMs: clock().getTime(),
      moduleHash: moduleHash(hardware),
      app: record.packageInfo,
      authorizations: authorizations(record, hardware),
    }),
  });

  // KeyMint: an ATTEST_KEY has no other purpose, and its certificate may sign others.
  const attestKeySigner = (
    level: AndroidKeyLevel,
    packageInfo: PackageIdentity,
  ): AttestationSigner => {
    const above = signerFor(level);
    const record = recordExtension({
      ...{ level, packageInfo, purpose: KEYMINT.purpose.attestKey },
      ...{ algorithm: 'ec-p256', digests: ['sha256'], origin: KEYMINT.origin.generated },
      // The app made this key at another time, over a challenge of that time.
      challenge: new Uint8Array(randomBytes(32)),
    });
    const authority = above.authority.subordinate({
      ...{ name: ATTEST_KEY_SUBJECT, curve: 'P-256', serial: 1n, furtherExtensions: [record] },
      ...LEAF_VALIDITY,
    });
    return { authority, chain: [authority.certificate, ...above.chain] };
  };

  return (key, { challenge, packageInfo }) => {
    const byAttestKey = hasAttestKeys(hardware) && conditions().attestKey;
    const { authority, chain } = byAttestKey
      ? attestKeySigner(key.level, packageInfo)
      : signerFor(key.level);
    const leaf = authority.issue({
      ...LEAF_VALIDITY,
      serial: 1n,
      subject: LEAF_SUBJECT,
      spki: key.spki,
      extensions: [
        keyUsageExtension(DIGITAL_SIGNATURE),
        recordExtension({ ...key, challenge, packageInfo, purpose: KEYMINT.purpose.sign }),
      ],
    });
    return [leaf, ...chain];
  };
}

interface RecordContent extends Omit<AttestedKey, 'spki'> {
  readonly purpose: number;
  readonly challenge: Uint8Array;
  readonly packageInfo: PackageIdentity;
}

function refuseProvisioning(
  { attestationKeys, online }: AndroidConditions,
  apiLevel: number,
): void {
  switch (attestationKeys) {
    case 'available':
      return;
    case 'exhausted':
      throw provisioningFailure(
        online ? 'temporarily-unavailable' : 'pending-connectivity',
        apiLevel,
      );
    case 'refused':
      throw provisioningFailure('server-refused', apiLevel);
    case 'upgrade-needed':
      throw provisioningFailure('upgrade-needed', apiLevel);
  }
}

function isRunningOut(signer: AttestationSigner, now: Date): boolean {
  return signer.authority.validity.notAfterMs - now.getTime() < RENEW_BEFORE_MS;
}

function authorizations(record: RecordContent, hardware: AndroidHardware): HardwareAuthorizations {
  const isRsa = record.algorithm === 'rsa-2048';
  return {
    purposes: [record.purpose],
    algorithm: isRsa ? KEYMINT.algorithm.rsa : KEYMINT.algorithm.ec,
    keySize: isRsa ? 2048 : 256,
    digests: record.digests.map((digest) => KEYMINT.digest[digest]),
    paddings: isRsa ? [KEYMINT.padding.rsaPkcs1Sign] : [],
    ecCurve: isRsa ? null : KEYMINT.curveP256,
    rsaExponent: isRsa ? 65_537 : null,
    origin: record.origin,
    rootOfTrust: record.level === 'software' ? null : rootOfTrust(hardware),
    ...systemNumbers(hardware),
  };
}
