import { createHash, sign, type KeyObject } from 'node:crypto';
import { concatBytes } from '../bytes.js';
import { readCertificate } from '../certificate.js';
import { der } from '../der-writer.js';
import { readDer } from '../der.js';
import { sequence } from '../der-values.js';
import { SIGNATURE_OID } from '../signature.js';

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

/** A CMS message for tests, and the ways in which it can be wrong. */
export interface TestMessage {
  readonly content: Uint8Array;
  /** DER, the signer's first. */
  readonly certificates: readonly Uint8Array[];
  readonly key: KeyObject;
  /** `proper`: signed attributes as RFC 5652 wants; `bare`: attributes there, the content signed. */
  readonly attributes?: 'none' | 'proper' | 'bare' | 'other-digest';
  readonly digestAlgorithm?: string;
  readonly signatureAlgorithm?: string;
  /** The content lies beside the message. */
  readonly detached?: boolean;
  /** Further signed attributes, whole. */
  readonly moreAttributes?: readonly Uint8Array[];
  /** Signers to write; the same one again for more. */
  readonly signers?: number;
}

/** Writes SignedData in DER. */
export function signMessage(message: TestMessage): Uint8Array {
  const { content, certificates, key, attributes = 'none' } = message;
  const [signer] = certificates;
  if (signer === undefined) throw new Error('a message needs its signer’s certificate');
  const digestAlgorithm = der.sequence(der.oid(message.digestAlgorithm ?? OID.sha256));
  const attributeList = [
    ...signedAttributes(content, attributes),
    ...(message.moreAttributes ?? []),
  ];
  const signed = attributes === 'proper' || attributes === 'other-digest';
  const signature = sign('sha256', signed ? der.set(...attributeList) : content, key);
  const signerInfo = der.sequence(
    der.integer(1),
    issuerAndSerial(signer),
    digestAlgorithm,
    ...(attributes === 'none' ? [] : [der.contextConstructed(0, ...attributeList)]),
    der.sequence(der.oid(message.signatureAlgorithm ?? SIGNATURE_OID.ecdsaSha256)),
    der.octetString(new Uint8Array(signature)),
  );
  const signedData = der.sequence(
    der.integer(1),
    der.set(digestAlgorithm),
    der.sequence(
      der.oid(OID.data),
      ...(message.detached === true ? [] : [der.contextExplicit(0, der.octetString(content))]),
    ),
    der.contextConstructed(0, ...certificates),
    der.set(...new Array<Uint8Array>(message.signers ?? 1).fill(signerInfo)),
  );
  return der.sequence(der.oid(OID.signedData), der.contextExplicit(0, signedData));
}

function signedAttributes(
  content: Uint8Array,
  kind: TestMessage['attributes'],
): readonly Uint8Array[] {
  const digested = kind === 'other-digest' ? concatBytes(content, Uint8Array.of(0)) : content;
  const digest = new Uint8Array(createHash('sha256').update(digested).digest());
  // The longer one first, so that the order sent is not the order that is signed.
  return [
    der.sequence(der.oid(OID.messageDigest), der.set(der.octetString(digest))),
    der.sequence(der.oid(OID.contentType), der.set(der.oid(OID.data))),
  ];
}

function issuerAndSerial(certificate: Uint8Array): Uint8Array {
  const { issuer } = readCertificate(certificate);
  const [tbs] = sequence(readDer(certificate));
  const serial = tbs === undefined ? undefined : sequence(tbs)[1];
  if (serial === undefined) throw new Error('a certificate without serial number');
  return der.sequence(issuer.raw, serial.raw);
}
