import { randomBytes } from 'node:crypto';
import { concatBytes, toBase64, utf8 } from '../../encoding/bytes.js';
import { readCertificate } from '../../encoding/certificate.js';
import { der } from '../../encoding/der-writer.js';
import { SIGNATURE_OID } from '../../encoding/signature.js';
import type { AppAttestEnvironment } from './app-attest-object.js';
import type { ReceiptSigner } from './vendor-roots.js';

/** What a receipt of an attestation says. */
export interface ReceiptContent {
  readonly appId: string;
  /** The credential certificate, DER. */
  readonly certificate: Uint8Array;
  readonly clientDataHash: Uint8Array;
  readonly environment: AppAttestEnvironment;
  readonly createdAt: Date;
  /** What only a refreshed receipt says; left out: the receipt of an attestation. */
  readonly risk?: { readonly metric: number; readonly notBefore: Date };
}

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

const VALID_MS = 90 * 86_400_000;
const TOKEN_BYTES = 64;
const CHUNK_BYTES = 1000;

const OCTET_STRING = 0x24;
const SEQUENCE = 0x30;
const CONTEXT_0 = 0xa0;

/**
 * A receipt as Apple's service writes it: CMS SignedData (RFC 5652) in BER with indefinite lengths,
 * the content cut into chunks, signed without signed attributes.
 */
export function mintReceipt(signer: ReceiptSigner, content: ReceiptContent): Uint8Array {
  const payload = receiptPayload(content);
  const [signing] = signer.chain;
  if (signing === undefined) throw new Error('a receipt signer without certificate');
  const { issuer, serial } = readCertificate(signing);
  const sha256 = der.sequence(der.oid(OID.sha256), der.null());
  const signerInfo = der.sequence(
    der.integer(1),
    der.sequence(issuer.raw, der.integer(BigInt(`0x${serial}`))),
    sha256,
    der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256)),
    der.octetString(signer.authority.sign(payload)),
  );
  const content0 = indefinite(
    SEQUENCE,
    der.oid(OID.data),
    indefinite(CONTEXT_0, indefinite(OCTET_STRING, ...chunks(payload))),
  );
  const signedData = indefinite(
    SEQUENCE,
    der.integer(1),
    der.set(sha256),
    content0,
    indefinite(CONTEXT_0, ...signer.chain),
    der.set(signerInfo),
  );
  return indefinite(SEQUENCE, der.oid(OID.signedData), indefinite(CONTEXT_0, signedData));
}

function receiptPayload(content: ReceiptContent): Uint8Array {
  const { createdAt, risk } = content;
  const expiresAt = new Date(createdAt.getTime() + VALID_MS);
  // In order of type, not sorted by encoding as DER would have a SET.
  return der.setAsGiven(
    field(2, utf8(content.appId)),
    field(3, content.certificate),
    field(4, content.clientDataHash),
    field(5, utf8(toBase64(new Uint8Array(randomBytes(TOKEN_BYTES))))),
    field(6, utf8(risk === undefined ? 'ATTEST' : 'RECEIPT')),
    field(7, utf8(content.environment === 'production' ? 'production' : 'sandbox')),
    field(12, utf8(createdAt.toISOString())),
    ...(risk === undefined
      ? []
      : [field(17, utf8(String(risk.metric))), field(19, utf8(risk.notBefore.toISOString()))]),
    field(21, utf8(expiresAt.toISOString())),
  );
}

function field(type: number, value: Uint8Array): Uint8Array {
  return der.sequence(der.integer(type), der.integer(1), der.octetString(value));
}

function chunks(bytes: Uint8Array): readonly Uint8Array[] {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, at) =>
    der.octetString(bytes.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES)),
  );
}

// X.690, 8.1.3.6: length octet 0x80, then the contents, then two zero octets.
function indefinite(identifier: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(identifier, 0x80), ...parts, new Uint8Array(2));
}
