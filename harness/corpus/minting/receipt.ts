import { toHex, utf8 } from '../../encoding/bytes.js';
import { authorityExtensions, type NewExtension } from '../../encoding/certificate-builder.js';
import { readCertificate } from '../../encoding/certificate.js';
import { der } from '../../encoding/der-writer.js';
import { SIGNATURE_OID } from '../../encoding/signature.js';
import { APP_ID, CLIENT_DATA_HASH } from './apple-app.js';
import { commonName, mintCertificate } from './certificate.js';
import { testDigest, testKey, type TestKey } from './test-key.js';

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  sha256: '2.16.840.1.101.3.4.2.1',
  receiptMark: '1.2.840.113635.100.12.15',
} as const;

/** Who signs receipts: a key, and the certificates that come along. */
export interface ReceiptSigner {
  readonly key: TestKey;
  /** Signer, intermediate, root; DER. */
  readonly chain: readonly [Uint8Array, ...Uint8Array[]];
}

const SIGNER_SERIAL = 0x30n;

const root = hierarchy('attestlab corpus receipt root');

/** The root under which receipts are signed, DER. */
export const RECEIPT_ROOT = root.certificate;

const MARK: NewExtension = { oid: OID.receiptMark, value: der.null() };

/** The signer of good receipts, one without its mark, and one under another root. */
export const RECEIPT_SIGNERS = {
  good: signer('receipt signer', root, [MARK]),
  unmarked: signer('merchant', root, []),
  stranger: signer('stranger', hierarchy('attestlab corpus other root'), [MARK]),
} as const;

/** What a receipt says and how it departs from a good one. */
export interface ReceiptChanges {
  /** The credential certificate of the attestation, DER. */
  readonly certificate: Uint8Array;
  readonly appId?: string;
  readonly type?: string;
  readonly createdAt?: string;
  readonly expiresAt?: string;
  readonly signer?: ReceiptSigner;
  /** Numbers of a field to leave out, or to write twice. */
  readonly without?: number;
  readonly twice?: number;
  /** The certificates that come along, in place of the signer's chain. */
  readonly certificates?: readonly Uint8Array[];
  /** The signature as it is sent. */
  readonly signature?: (signature: Uint8Array) => Uint8Array;
}

/** Mints a receipt. */
export function mintReceipt(changes: ReceiptChanges): Uint8Array {
  const fields: readonly (readonly [number, Uint8Array])[] = [
    [2, utf8(changes.appId ?? APP_ID)],
    [3, changes.certificate],
    [4, CLIENT_DATA_HASH],
    [5, utf8(toHex(testDigest('receipt token')))],
    [6, utf8(changes.type ?? 'ATTEST')],
    [7, utf8('production')],
    [12, utf8(changes.createdAt ?? '2026-05-31T23:59:00Z')],
    [21, utf8(changes.expiresAt ?? '2026-08-29T23:59:00Z')],
  ];
  const written = fields.flatMap(([type, value]) => {
    if (type === changes.without) return [];
    const field = der.sequence(der.integer(type), der.integer(1), der.octetString(value));
    return type === changes.twice ? [field, field] : [field];
  });
  return signedData(der.setAsGiven(...written), changes);
}

/** A credential certificate for a receipt on its own, DER. */
export function mintCredential(key: TestKey): Uint8Array {
  const issuer = testKey('credential issuer', 'P-384');
  return mintCertificate({
    ...{ subject: commonName('credential'), issuer: commonName('issuer'), serial: 0x20n },
    ...{ key, by: issuer },
  });
}

// RFC 5652, 5.1, without signed attributes, as the receipts seen are.
function signedData(content: Uint8Array, changes: ReceiptChanges): Uint8Array {
  const { key, chain } = changes.signer ?? RECEIPT_SIGNERS.good;
  const [certificate] = chain;
  const signature = key.sign(content);
  const sha256 = der.sequence(der.oid(OID.sha256));
  const signerInfo = der.sequence(
    der.integer(1),
    der.sequence(readCertificate(certificate).issuer.raw, der.integer(SIGNER_SERIAL)),
    sha256,
    der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256)),
    der.octetString(changes.signature?.(signature) ?? signature),
  );
  const message = der.sequence(
    der.integer(1),
    der.set(sha256),
    der.sequence(der.oid(OID.data), der.contextExplicit(0, der.octetString(content))),
    der.contextConstructed(0, ...(changes.certificates ?? chain)),
    der.set(signerInfo),
  );
  return der.sequence(der.oid(OID.signedData), der.contextExplicit(0, message));
}

interface Hierarchy {
  readonly certificate: Uint8Array;
  readonly intermediate: {
    readonly key: TestKey;
    readonly name: string;
    readonly certificate: Uint8Array;
  };
}

function hierarchy(name: string): Hierarchy {
  const key = testKey(name, 'P-384');
  const below = { key: testKey(`${name} CA`, 'P-384'), name: `${name} CA` };
  const mint = (subject: string, certified: TestKey, serial: bigint): Uint8Array =>
    mintCertificate({
      ...{ subject: commonName(subject), issuer: commonName(name), key: certified, by: key },
      ...{ serial, extensions: authorityExtensions() },
    });
  return {
    certificate: mint(name, key, 1n),
    intermediate: { ...below, certificate: mint(below.name, below.key, 2n) },
  };
}

function signer(
  name: string,
  { certificate, intermediate }: Hierarchy,
  extensions: readonly NewExtension[],
): ReceiptSigner {
  const key = testKey(name);
  const own = mintCertificate({
    ...{ subject: commonName(name), issuer: commonName(intermediate.name), by: intermediate.key },
    ...{ key, extensions, serial: SIGNER_SERIAL },
  });
  return { key, chain: [own, intermediate.certificate, certificate] };
}
