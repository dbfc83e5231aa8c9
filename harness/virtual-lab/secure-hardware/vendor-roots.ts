import { createHash } from 'node:crypto';
import { newSerial } from '../../encoding/certificate-builder.js';
import { NAME_OID, type NameAttribute } from '../../encoding/distinguished-name.js';
import { encodeCbor } from '../../encoding/cbor.js';
import { der } from '../../encoding/der-writer.js';
import {
  Authority,
  createAuthorityKey,
  type KeptRoot,
  type NewAuthority,
  type Validity,
} from './authority.js';

/** An attestation key of a phone: its authority and the chain from it to the root, both included. */
export interface AttestationSigner {
  readonly authority: Authority;
  /** DER, the authority's own certificate first, the root last. */
  readonly chain: readonly Uint8Array[];
}

/** Signs the receipts of the virtual App Attest service. */
export interface ReceiptSigner {
  readonly authority: Authority;
  /** DER, the signing certificate first, the root last. */
  readonly chain: readonly Uint8Array[];
}

/** How a phone came by its attestation key: written at the factory, or fetched from the vendor. */
export type Provisioning = 'factory' | 'rkp';

/** The levels that a vendor certifies. */
export type CertifiedLevel = 'tee' | 'strongbox';

/**
 * The vendors behind the virtual phones. Chains have the vendors' shape and end in roots that are
 * named after the lab, so that nobody takes one for a vendor's.
 */
export interface VendorRoots {
  /** DER of the roots that hardware-backed Android chains end in. */
  readonly androidAnchors: readonly Uint8Array[];
  /** DER of the root of software attestation: known, never trusted. */
  readonly androidSoftwareRoots: readonly Uint8Array[];
  readonly appAttestAnchors: readonly Uint8Array[];
  readonly receiptAnchors: readonly Uint8Array[];
  /** A batch key as written at the factory, or a fresh remotely provisioned one. */
  attestationSigner(level: CertifiedLevel, provisioning: Provisioning): AttestationSigner;
  /** A batch key of the TEE that left its factory and is for sale. */
  readonly leakedBatchKey: AttestationSigner;
  /** Its serial number as status lists name it, which is that of the roots' and not of the process. */
  readonly leakedSerial: string;
  /** The key that every emulator shares. */
  softwareSigner(): AttestationSigner;
  /** The intermediate that certifies App Attest keys. */
  readonly appAttest: Authority;
  readonly receipts: ReceiptSigner;
  /** The vendors' own clock: a phone's wrong clock does not reach their servers. */
  now(): Date;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

const KEY_CERT_SIGN = 5;
const CRL_SIGN = 6;
const DIGITAL_SIGNATURE = 0;

/** OID of the provisioning info extension: how many certificates were issued in 30 days. */
const PROVISIONING_INFO_OID = '1.3.6.1.4.1.11129.2.1.30';
const RECEIPT_SIGNER_MARK_OID = '1.2.840.113635.100.12.15';
const APPLICATION_INTEGRATION_MARK_OID = '1.2.840.113635.100.6.2.3';

const LEVEL_NAMES = { tee: 'TEE', strongbox: 'StrongBox' } as const;

/** Each vendor's root, with the curve of its key. */
export const VENDOR_ROOTS = {
  android: 'P-384',
  androidSoftware: 'P-256',
  appAttest: 'P-384',
  receipts: 'P-384',
} as const;

/** A vendor's root by its name. */
export type VendorRoot = keyof typeof VENDOR_ROOTS;

/** The roots as they are kept: secret, since whoever has their keys is every vendor. */
export type KeptVendorRoots = Readonly<Record<VendorRoot, KeptRoot>>;

/** A fresh private key for a root: PKCS#8, DER. */
export function createVendorRootKey(root: VendorRoot): Uint8Array {
  return createAuthorityKey(VENDOR_ROOTS[root]);
}

/**
 * Makes all vendors, keys included; nothing of it outlives the process. Where the roots were kept,
 * whoever trusts those roots trusts what these vendors certify.
 */
export function createVendorRoots(
  options: { readonly clock?: () => Date; readonly roots?: KeptVendorRoots } = {},
): VendorRoots {
  const now = options.clock ?? (() => new Date());
  const nowMs = now().getTime();
  const kept: Partial<KeptVendorRoots> = options.roots ?? {};
  const android = androidVendor(nowMs, { now, kept: kept.android });
  const software = softwareVendor(nowMs, kept.androidSoftware);
  const apple = appleVendor(nowMs, kept);
  return {
    ...android,
    ...apple,
    androidSoftwareRoots: software.chain.slice(-1),
    softwareSigner: () => software,
    now,
  };
}

type AndroidVendor = Pick<
  VendorRoots,
  'androidAnchors' | 'attestationSigner' | 'leakedBatchKey' | 'leakedSerial'
>;
type AppleVendor = Pick<
  VendorRoots,
  'appAttestAnchors' | 'receiptAnchors' | 'appAttest' | 'receipts'
>;

function androidVendor(
  nowMs: number,
  { now, kept }: { readonly now: () => Date; readonly kept: KeptRoot | undefined },
): AndroidVendor {
  const root = Authority.root(
    {
      name: [organization(LAB), unit('Android'), common('Virtual Key Attestation Root')],
      curve: VENDOR_ROOTS.android,
      keyUsage: [KEY_CERT_SIGN, CRL_SIGN],
      ...around(nowMs, { pastMs: 3 * YEAR_MS, futureMs: 12 * YEAR_MS }),
    },
    kept,
  );
  const factories = {
    tee: factory(root, 'tee', nowMs),
    strongbox: factory(root, 'strongbox', nowMs),
  };
  const remote = remoteProvisioner(root, nowMs);
  const leaked = serialFrom(root.spki);
  return {
    androidAnchors: [root.certificate],
    leakedBatchKey: factories.tee(leaked),
    leakedSerial: leaked.toString(16),
    attestationSigner: (level, provisioning) =>
      provisioning === 'factory' ? factories[level]() : remote(level, now().getTime()),
  };
}

// The two intermediates of a factory chain carry a serialNumber and the level as title.
function factory(
  root: Authority,
  level: CertifiedLevel,
  nowMs: number,
): (serial?: bigint) => AttestationSigner {
  const validity = around(nowMs, { pastMs: 2 * YEAR_MS, futureMs: 8 * YEAR_MS });
  const next = (curve: NewAuthority['curve']): NewAuthority => ({
    name: [
      { oid: NAME_OID.serialNumber, value: newSerial().toString(16).slice(0, 16) },
      { oid: NAME_OID.title, value: LEVEL_NAMES[level] },
    ],
    curve,
    ...validity,
  });
  const vendor = root.subordinate(next('P-384'));
  return (serial) => {
    const wanted = next('P-256');
    const batch = vendor.subordinate(serial === undefined ? wanted : { ...wanted, serial });
    return {
      authority: batch,
      chain: [batch.certificate, vendor.certificate, root.certificate],
    };
  };
}

// Whoever knows the root knows it, and nobody has to write it down.
function serialFrom(spki: Uint8Array): bigint {
  const digest = createHash('sha256').update('leaked batch key').update(spki).digest('hex');
  return BigInt(`0x4${digest.slice(0, 31)}`);
}

// Droid CA2 lives three years, Droid CA3 seventy days, a phone's attestation key two weeks.
function remoteProvisioner(
  root: Authority,
  nowMs: number,
): (level: CertifiedLevel, atMs: number) => AttestationSigner {
  const droid2 = root.subordinate({
    name: [organization('Google LLC'), common('Droid CA2')],
    curve: 'P-384',
    pathLength: 2,
    keyUsage: [KEY_CERT_SIGN, CRL_SIGN],
    ...around(nowMs, { pastMs: 200 * DAY_MS, futureMs: 3 * YEAR_MS - 200 * DAY_MS }),
  });
  const droid3 = droid2.subordinate({
    name: [organization('Google LLC'), common('Droid CA3')],
    curve: 'P-256',
    ...around(nowMs, { pastMs: 20 * DAY_MS, futureMs: 50 * DAY_MS }),
  });
  return (level, atMs) => {
    const serial = newSerial();
    const attestation = droid3.subordinate({
      name: [organization(LEVEL_NAMES[level]), common(serial.toString(16))],
      curve: 'P-256',
      serial,
      furtherExtensions: [{ oid: PROVISIONING_INFO_OID, value: encodeCbor(new Map([[1, 8]])) }],
      ...around(atMs, { pastMs: DAY_MS, futureMs: 13 * DAY_MS }),
    });
    const above = [droid3, droid2, root].map((authority) => authority.certificate);
    return { authority: attestation, chain: [attestation.certificate, ...above] };
  };
}

// Shaped as AOSP's software attestation, whose published keys sign for every emulator.
function softwareVendor(nowMs: number, kept: KeptRoot | undefined): AttestationSigner {
  const validity = around(nowMs, { pastMs: 3 * YEAR_MS, futureMs: 10 * YEAR_MS });
  const keyUsage = [DIGITAL_SIGNATURE, KEY_CERT_SIGN];
  const root = Authority.root(
    {
      name: [organization(LAB), unit('Android'), common('Virtual Software Attestation Root')],
      curve: VENDOR_ROOTS.androidSoftware,
      keyUsage,
      ...validity,
    },
    kept,
  );
  const intermediate = root.subordinate({
    name: [organization(LAB), unit('Android'), common('Virtual Software Attestation Intermediate')],
    curve: 'P-256',
    pathLength: 0,
    keyUsage,
    serial: 0x1001n,
    ...validity,
  });
  return { authority: intermediate, chain: [intermediate.certificate, root.certificate] };
}

function appleVendor(nowMs: number, kept: Partial<KeptVendorRoots>): AppleVendor {
  const validity = around(nowMs, { pastMs: 5 * YEAR_MS, futureMs: 10 * YEAR_MS });
  const keyUsage = [KEY_CERT_SIGN, CRL_SIGN];
  const root = Authority.root(
    {
      name: [common('Virtual App Attestation Root CA'), organization(LAB)],
      curve: VENDOR_ROOTS.appAttest,
      keyUsage,
      ...validity,
    },
    kept.appAttest,
  );
  const appAttest = root.subordinate({
    name: [
      // The real intermediate's name: foreign verifiers look for it.
      common('Apple App Attestation CA 1'),
      organization('Apple Inc.'),
      { oid: NAME_OID.state, value: 'California' },
    ],
    curve: 'P-384',
    // The real one signs its leaves with SHA-256, whatever its curve.
    digest: 'sha256',
    pathLength: 0,
    keyUsage,
    ...validity,
  });
  const receiptRoot = Authority.root(
    {
      name: [common('Virtual Receipt Root CA'), organization(LAB)],
      curve: VENDOR_ROOTS.receipts,
      keyUsage,
      ...validity,
    },
    kept.receipts,
  );
  return {
    appAttestAnchors: [root.certificate],
    receiptAnchors: [receiptRoot.certificate],
    appAttest,
    receipts: receiptSigner(receiptRoot, nowMs, validity),
  };
}

function receiptSigner(root: Authority, nowMs: number, validity: Validity): ReceiptSigner {
  const apple = [organization('Apple Inc.'), { oid: NAME_OID.country, value: 'US' }];
  const integration = root.subordinate({
    name: [
      common('Apple Application Integration CA 5 - G1'),
      unit('Apple Certification Authority'),
      ...apple,
    ],
    curve: 'P-256',
    keyUsage: [KEY_CERT_SIGN, CRL_SIGN],
    furtherExtensions: [{ oid: APPLICATION_INTEGRATION_MARK_OID, value: der.null() }],
    ...validity,
  });
  const signing = integration.subordinate({
    kind: 'end-entity',
    name: [common('Application Attestation Fraud Receipt Signing'), ...apple],
    curve: 'P-256',
    keyUsage: [DIGITAL_SIGNATURE],
    furtherExtensions: [{ oid: RECEIPT_SIGNER_MARK_OID, value: der.null() }],
    ...around(nowMs, { pastMs: 30 * DAY_MS, futureMs: 365 * DAY_MS }),
  });
  const chain = [signing, integration, root].map((authority) => authority.certificate);
  return { authority: signing, chain };
}

const LAB = 'attestlab virtual lab';

function common(value: string): NameAttribute {
  return { oid: NAME_OID.commonName, value };
}

function organization(value: string): NameAttribute {
  return { oid: NAME_OID.organization, value };
}

function unit(value: string): NameAttribute {
  return { oid: NAME_OID.organizationalUnit, value };
}

function around(
  nowMs: number,
  span: { readonly pastMs: number; readonly futureMs: number },
): Validity {
  // Certificates count in seconds.
  const second = Math.floor(nowMs / 1000) * 1000;
  return { notBeforeMs: second - span.pastMs, notAfterMs: second + span.futureMs };
}
