import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { concatBytes, u16, utf8 } from '../../encoding/bytes.js';
import { encodeCbor } from '../../encoding/cbor.js';
import {
  authorityExtensions,
  buildCertificate,
  ecSigner,
  type NewExtension,
} from '../../encoding/certificate-builder.js';
import { coseP256, p256PointOfSpki } from '../../encoding/cose.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { signMessage } from '../../encoding/testing/signed-message.js';
import type { TrustSet } from '../../trust/trust-set.js';
import { anchorOf, emptyTrust } from './test-appraisal.js';

/** The moment at which minted evidence is made. */
export const MINTED_AT = new Date('2026-05-01T12:00:00Z');
/** The app that minted evidence is for. */
export const APP_ID = 'ABCDE12345.test.attestlab.probe';

const DAY_MS = 86_400_000;

interface Authority {
  readonly key: KeyObject;
  readonly name: string;
  readonly certificate: Uint8Array;
}

function issue(certificate: {
  readonly issuer: { readonly key: KeyObject; readonly name: string };
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly NewExtension[];
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}): Uint8Array {
  const named = (value: string) => [{ oid: NAME_OID.commonName, value }];
  return buildCertificate({
    serial: BigInt(certificate.name.length),
    issuer: named(certificate.issuer.name),
    subject: named(certificate.name),
    notBeforeMs: certificate.notBeforeMs ?? MINTED_AT.getTime() - DAY_MS,
    notAfterMs: certificate.notAfterMs ?? MINTED_AT.getTime() + 2 * DAY_MS,
    spki: spkiOf(certificate.publicKey),
    extensions: certificate.extensions,
    signer: ecSigner(
      new Uint8Array(certificate.issuer.key.export({ type: 'pkcs8', format: 'der' })),
    ),
  });
}

function authority(name: string, parent?: Authority, isAuthority = true): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const issuer = parent ?? { key: privateKey, name };
  const extensions = isAuthority ? authorityExtensions() : [];
  return { key: privateKey, name, certificate: issue({ issuer, name, publicKey, extensions }) };
}

/** Roots and intermediates of one test, and the trust set that trusts them. */
export interface TestAppleVendor {
  readonly trust: TrustSet;
  readonly intermediate: Authority;
  /** An intermediate whose certificate does not make it an authority. */
  readonly falseIntermediate: Authority;
  readonly receiptSigner: { readonly key: KeyObject; readonly chain: readonly Uint8Array[] };
  /** A signer under the same root without the mark of a signer of receipts. */
  readonly merchant: { readonly key: KeyObject; readonly chain: readonly Uint8Array[] };
}

const RECEIPT_MARK: NewExtension = { oid: '1.2.840.113635.100.12.15', value: der.null() };

/** Makes the vendor of one test. */
export function createTestAppleVendor(): TestAppleVendor {
  const root = authority('Test App Attestation Root CA');
  const receiptRoot = authority('Test Receipt Root CA');
  const integration = authority('Test Application Integration CA', receiptRoot);
  const receiptSigner = (name: string, extensions: readonly NewExtension[]) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const certificate = issue({ issuer: integration, name, publicKey, extensions });
    return {
      key: privateKey,
      chain: [certificate, integration.certificate, receiptRoot.certificate],
    };
  };
  return {
    trust: {
      ...emptyTrust,
      appAttestAnchors: [anchorOf('test-app-attest', root.certificate)],
      receiptAnchors: [anchorOf('test-receipt', receiptRoot.certificate)],
    },
    intermediate: authority('Test App Attestation CA 1', root),
    falseIntermediate: authority('Test Not An Authority', root, false),
    receiptSigner: receiptSigner('Test Receipt Signer', [RECEIPT_MARK]),
    merchant: receiptSigner('Test Merchant', []),
  };
}

/** An attested key of a test. */
export interface TestAppleKey {
  readonly privateKey: KeyObject;
  readonly spki: Uint8Array;
  readonly point: Uint8Array;
  readonly keyId: Uint8Array;
}

/** Makes a key as a phone would, outside of any enclave. */
export function createTestAppleKey(): TestAppleKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = spkiOf(publicKey);
  const point = p256PointOfSpki(spki) ?? new Uint8Array();
  return { privateKey, spki, point, keyId: sha256(point) };
}

/** Everything that a minted attestation may deviate in. */
export interface AttestationChanges {
  readonly appId?: string;
  readonly aaguid?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly credentialId?: Uint8Array;
  readonly coseKeyOf?: TestAppleKey;
  /** Bytes behind the COSE key. */
  readonly tail?: Uint8Array;
  readonly certifiedKey?: KeyObject;
  readonly issuer?: Authority;
  readonly issuers?: readonly Uint8Array[];
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  /** Extensions in place of the nonce. */
  readonly nonceExtensions?: (nonce: Uint8Array) => readonly NewExtension[];
  readonly receipt?: (credential: Uint8Array) => Uint8Array;
  readonly format?: string;
  readonly extraMember?: boolean;
}

/** The nonce extension as Apple writes it. */
export function nonceExtension(nonce: Uint8Array): NewExtension {
  return {
    oid: '1.2.840.113635.100.8.2',
    value: der.sequence(der.contextExplicit(1, der.octetString(nonce))),
  };
}

/** Mints an attestation object for `key` and `clientDataHash`. */
export function mintAttestation(
  vendor: TestAppleVendor,
  made: { readonly key: TestAppleKey; readonly clientDataHash: Uint8Array },
  changes: AttestationChanges = {},
): Uint8Array {
  const { key, clientDataHash } = made;
  const credentialId = changes.credentialId ?? key.keyId;
  const authData = concatBytes(
    sha256(utf8(changes.appId ?? APP_ID)),
    Uint8Array.of(changes.flags ?? 0x40),
    u32(changes.counter ?? 0),
    utf8(changes.aaguid ?? 'appattestdevelop'),
    u16(credentialId.length),
    credentialId,
    encodeCbor(coseP256((changes.coseKeyOf ?? key).point)),
    changes.tail ?? new Uint8Array(),
  );
  const issuer = changes.issuer ?? vendor.intermediate;
  const nonce = sha256(authData, clientDataHash);
  const credential = issue({
    issuer,
    name: 'credential',
    publicKey: changes.certifiedKey ?? key.privateKey,
    extensions: (changes.nonceExtensions ?? ((value) => [nonceExtension(value)]))(nonce),
    ...(changes.notBeforeMs === undefined ? {} : { notBeforeMs: changes.notBeforeMs }),
    ...(changes.notAfterMs === undefined ? {} : { notAfterMs: changes.notAfterMs }),
  });
  const receipt =
    changes.receipt?.(credential) ??
    mintReceipt(vendor, { certificate: credential, clientDataHash });
  const statement = new Map<string, unknown>([
    ['x5c', [credential, ...(changes.issuers ?? [issuer.certificate])]],
    ['receipt', receipt],
  ]);
  const members: [string, unknown][] = [
    ['fmt', changes.format ?? 'apple-appattest'],
    ['attStmt', statement],
    ['authData', authData],
  ];
  return encodeCbor(
    new Map([...members, ...(changes.extraMember === true ? [['x', 1] as const] : [])]),
  );
}

/** What a minted receipt says. */
export interface ReceiptContent {
  readonly certificate: Uint8Array;
  readonly clientDataHash: Uint8Array;
  readonly appId?: string;
  readonly type?: string;
  readonly createdAt?: string;
  readonly expiresAt?: string;
  readonly signer?: TestAppleVendor['receiptSigner'];
  /** Numbers of fields to leave out, or to write twice. */
  readonly without?: number;
  readonly twice?: number;
}

/** Mints a receipt. */
export function mintReceipt(vendor: TestAppleVendor, receipt: ReceiptContent): Uint8Array {
  const entries: readonly (readonly [number, Uint8Array])[] = [
    [2, utf8(receipt.appId ?? APP_ID)],
    [3, receipt.certificate],
    [4, receipt.clientDataHash],
    [6, utf8(receipt.type ?? 'ATTEST')],
    [7, utf8('sandbox')],
    [12, utf8(receipt.createdAt ?? '2026-05-01T12:00:00.5Z')],
    [21, utf8(receipt.expiresAt ?? '2026-07-30T12:00:00.5Z')],
  ];
  const written = entries.flatMap(([type, value]) => {
    if (type === receipt.without) return [];
    const field = der.sequence(der.integer(type), der.integer(1), der.octetString(value));
    return type === receipt.twice ? [field, field] : [field];
  });
  const { key, chain } = receipt.signer ?? vendor.receiptSigner;
  return signMessage({ content: der.setAsGiven(...written), certificates: chain, key });
}

/** Everything that a minted assertion may deviate in. */
export interface AssertionChanges {
  readonly appId?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly tail?: Uint8Array;
  readonly signature?: (signature: Uint8Array) => Uint8Array;
}

/** Mints an assertion of `key` over `clientDataHash`. */
export function mintAssertion(
  made: { readonly key: TestAppleKey; readonly clientDataHash: Uint8Array },
  changes: AssertionChanges = {},
): Uint8Array {
  const authenticatorData = concatBytes(
    sha256(utf8(changes.appId ?? APP_ID)),
    Uint8Array.of(changes.flags ?? 0x40),
    u32(changes.counter ?? 1),
    changes.tail ?? new Uint8Array(),
  );
  const nonce = sha256(authenticatorData, made.clientDataHash);
  const signature = new Uint8Array(sign('sha256', nonce, made.key.privateKey));
  return encodeCbor(
    new Map([
      ['signature', changes.signature?.(signature) ?? signature],
      ['authenticatorData', authenticatorData],
    ]),
  );
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  );
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function spkiOf(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
}

/** A credential certificate of `key` without a nonce, for receipts on their own. */
export function mintTestCredential(vendor: TestAppleVendor, key: TestAppleKey): Uint8Array {
  return issue({
    issuer: vendor.intermediate,
    name: 'credential',
    publicKey: key.privateKey,
    extensions: [],
  });
}
