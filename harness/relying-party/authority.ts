import { readCertificate } from '../encoding/certificate.js';
import {
  authorityKeyIdentifier,
  encodeTbsCertificate,
  keyIdentifierOf,
  newSerial,
  subjectKeyIdentifier,
  type NewExtension,
  type NewTbsCertificate,
} from '../encoding/certificate-builder.js';
import { der } from '../encoding/der-writer.js';
import { NAME_OID, type NameAttribute } from '../encoding/distinguished-name.js';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Extension,
} from '../encoding/peculiar.js';
import { SIGNATURE_OID } from '../encoding/signature.js';
import { keptKey, newPrivateKey, type IssuingKey } from './issuing/issuing-key.js';

const SIGNATURE_ALGORITHM = der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256));

/** What a certificate is issued for; the authority adds issuer, serial number and key identifiers. */
export interface CertificateOrder {
  readonly commonName: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
}

/** An authority, whose private key it alone reaches. */
export interface Authority {
  /** The self-signed certificate, DER. */
  readonly certificate: Uint8Array;
  issue(order: CertificateOrder): Promise<Uint8Array>;
}

/** Makes an authority with a fresh P-256 key, which never leaves it. */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const key = keptKey(newPrivateKey());
  return authorityOf(key, await selfSigned(key, options));
}

/** Who an authority is, and for how long. */
export interface AuthorityOptions {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The certificate that an authority with this key issues to itself. */
export function selfSigned(
  key: IssuingKey,
  { commonName, notBefore, notAfter }: AuthorityOptions,
): Promise<Uint8Array> {
  const name = nameOf(commonName);
  return signed(key, {
    ...{ subject: name, issuer: name, notBefore, notAfter, spki: key.spki },
    extensions: [
      // The authority signs leaves only: a certificate that it issued must not issue others.
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ]
      .map(newExtension)
      .concat(subjectKeyIdentifier(key.spki)),
  });
}

/** The authority of a certificate and its key. */
export function authorityOf(key: IssuingKey, certificate: Uint8Array): Authority {
  const issuer = readCertificate(certificate).subject;
  // The same in every certificate, and encoded once.
  const common = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  ]
    .map(newExtension)
    .concat(authorityKeyIdentifier(keyIdentifierOf(key.spki)));
  return {
    certificate,
    issue: ({ commonName, spki, notBefore, notAfter, extensions }) =>
      signed(key, {
        ...{ subject: nameOf(commonName), issuer, notBefore, notAfter, spki },
        extensions: [...common, subjectKeyIdentifier(spki), ...extensions.map(newExtension)],
      }),
  };
}

type Content = Pick<NewTbsCertificate, 'subject' | 'issuer' | 'spki' | 'extensions'> &
  Pick<CertificateOrder, 'notBefore' | 'notAfter'>;

// A key may be anywhere, and is given the bytes alone.
async function signed(
  key: IssuingKey,
  { notBefore, notAfter, ...content }: Content,
): Promise<Uint8Array> {
  const tbs = encodeTbsCertificate({
    ...content,
    serial: newSerial(),
    ...{ notBeforeMs: notBefore.getTime(), notAfterMs: notAfter.getTime() },
    algorithm: SIGNATURE_ALGORITHM,
  });
  return der.sequence(tbs, SIGNATURE_ALGORITHM, der.bitString(await key.sign(tbs)));
}

function nameOf(commonName: string): readonly NameAttribute[] {
  return [{ oid: NAME_OID.commonName, value: commonName }];
}

function newExtension({ type, critical, value }: Extension): NewExtension {
  return { oid: type, critical, value: new Uint8Array(value) };
}
