import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { toHex } from './bytes.js';
import { bitString } from './der-values.js';
import { der } from './der-writer.js';
import { children, readDer } from './der.js';
import { encodeName, type DistinguishedName, type NameAttribute } from './distinguished-name.js';
import { SIGNATURE_OID } from './signature.js';

/** One extension to write. */
export interface NewExtension {
  readonly oid: string;
  readonly critical?: boolean;
  /** DER that goes into `extnValue`. */
  readonly value: Uint8Array;
}

/** Signs a `tbsCertificate` or what else is put into the same envelope. */
export interface CertificateSigner {
  /** DER of the AlgorithmIdentifier, in and outside of what is signed. */
  readonly algorithm: Uint8Array;
  sign(data: Uint8Array): Uint8Array;
}

/** What a new certificate says, with the algorithm of its signature. */
export interface NewTbsCertificate {
  readonly serial: bigint;
  /** A name that was read is written as it was: verifiers compare issuer and subject by bytes. */
  readonly issuer: readonly NameAttribute[] | DistinguishedName;
  readonly subject: readonly NameAttribute[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly extensions?: readonly NewExtension[];
  /** DER of the AlgorithmIdentifier. */
  readonly algorithm: Uint8Array;
}

/** What a new certificate says, and who signs it. */
export interface NewCertificate extends Omit<NewTbsCertificate, 'algorithm'> {
  readonly signer: CertificateSigner;
}

/** Extensions that certificates of a chain carry. */
export const EXTENSION_OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
} as const;

/** Mints an X.509 version 3 certificate. */
export function buildCertificate({ signer, ...content }: NewCertificate): Uint8Array {
  return signEnvelope(encodeTbsCertificate({ ...content, algorithm: signer.algorithm }), signer);
}

/** The tbsCertificate (RFC 5280, 4.1) alone, for a key that is elsewhere; DER. */
export function encodeTbsCertificate(certificate: NewTbsCertificate): Uint8Array {
  return der.sequence(
    der.contextExplicit(0, der.integer(2)),
    der.integer(certificate.serial),
    certificate.algorithm,
    'raw' in certificate.issuer ? certificate.issuer.raw : encodeName(certificate.issuer),
    der.sequence(der.time(certificate.notBeforeMs), der.time(certificate.notAfterMs)),
    encodeName(certificate.subject),
    certificate.spki,
    ...extensionList(certificate.extensions ?? []),
  );
}

/** A serial number (RFC 5280, 4.1.2.2): positive, of 16 octets, 126 bits of them random. */
export function newSerial(): bigint {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return BigInt(`0x${toHex(octets)}`);
}

/** RFC 5280, 4.2.1.2 (1): SHA-1 of the bits of a SubjectPublicKeyInfo's key. */
export function keyIdentifierOf(spki: Uint8Array): Uint8Array {
  const [, key] = children(readDer(spki));
  if (key === undefined) throw new TypeError('a SubjectPublicKeyInfo without key');
  return new Uint8Array(createHash('sha1').update(bitString(key)).digest());
}

/** subjectKeyIdentifier of a certificate for this key (RFC 5280, 4.2.1.2). */
export function subjectKeyIdentifier(spki: Uint8Array): NewExtension {
  const { subjectKeyIdentifier: oid } = EXTENSION_OID;
  return { oid, value: der.octetString(keyIdentifierOf(spki)) };
}

/** authorityKeyIdentifier with the key identifier alone (RFC 5280, 4.2.1.1). */
export function authorityKeyIdentifier(keyIdentifier: Uint8Array): NewExtension {
  const { authorityKeyIdentifier: oid } = EXTENSION_OID;
  return { oid, value: der.sequence(der.contextPrimitive(0, keyIdentifier)) };
}

/** `SEQUENCE { tbs, algorithm, signature }`: the envelope of certificates and of PKCS#10 requests. */
export function signEnvelope(tbs: Uint8Array, signer: CertificateSigner): Uint8Array {
  return der.sequence(tbs, signer.algorithm, der.bitString(signer.sign(tbs)));
}

/** A signer with an EC private key (PKCS#8, DER) and SHA-256 or SHA-384. */
export function ecSigner(
  privateKey: Uint8Array,
  digest: 'sha256' | 'sha384' = 'sha256',
): CertificateSigner {
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
  const algorithm = digest === 'sha256' ? SIGNATURE_OID.ecdsaSha256 : SIGNATURE_OID.ecdsaSha384;
  return {
    algorithm: der.sequence(der.oid(algorithm)),
    sign: (data) => new Uint8Array(sign(digest, data, key)),
  };
}

/** basicConstraints and keyUsage of a certificate authority. */
export function authorityExtensions(): readonly NewExtension[] {
  return [
    {
      oid: EXTENSION_OID.basicConstraints,
      critical: true,
      value: der.sequence(der.boolean(true)),
    },
    // RFC 5280, 4.2.1.3: bit 5 keyCertSign, bit 6 cRLSign.
    { oid: EXTENSION_OID.keyUsage, critical: true, value: der.namedBits(5, 6) },
  ];
}

function extensionList(extensions: readonly NewExtension[]): readonly Uint8Array[] {
  if (extensions.length === 0) return [];
  const encoded = extensions.map(({ oid, critical, value }) =>
    der.sequence(
      der.oid(oid),
      ...(critical === true ? [der.boolean(true)] : []),
      der.octetString(value),
    ),
  );
  return [der.contextExplicit(3, der.sequence(...encoded))];
}
