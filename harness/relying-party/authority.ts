import { randomBytes, webcrypto } from 'node:crypto';
import { toHex } from '../encoding/bytes.js';
import { readCertificate } from '../encoding/certificate.js';
import { der } from '../encoding/der-writer.js';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  type Extension,
} from '../encoding/peculiar.js';
import { SIGNATURE_OID } from '../encoding/signature.js';
import { keptKey, newPrivateKey, type IssuingKey } from './issuing/issuing-key.js';

const SIGNED_WITH = { name: 'ECDSA', hash: 'SHA-256' } as const;
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
export async function selfSigned(
  key: IssuingKey,
  { commonName, notBefore, notAfter }: AuthorityOptions,
): Promise<Uint8Array> {
  const name = [{ CN: [commonName] }];
  const publicKey = new PublicKey(key.spki);
  return signed(key, {
    ...{ subject: name, issuer: name, notBefore, notAfter, publicKey },
    extensions: [
      // The authority signs leaves only: a certificate that it issued must not issue others.
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
}

/** The authority of a certificate and its key. */
export async function authorityOf(key: IssuingKey, certificate: Uint8Array): Promise<Authority> {
  const issuer = new X509Certificate(certificate).subjectName;
  // The same in every certificate, and encoded once.
  const isNoAuthority = new BasicConstraintsExtension(false, undefined, true);
  const signsAlone = new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true);
  const ofIssuer = await AuthorityKeyIdentifierExtension.create(new PublicKey(key.spki));
  return {
    certificate,
    async issue(order) {
      const publicKey = new PublicKey(order.spki);
      return signed(key, {
        subject: [{ CN: [order.commonName] }],
        ...{ issuer, notBefore: order.notBefore, notAfter: order.notAfter, publicKey },
        extensions: [
          isNoAuthority,
          signsAlone,
          await SubjectKeyIdentifierExtension.create(publicKey),
          ofIssuer,
          ...order.extensions,
        ],
      });
    },
  };
}

type Content = Omit<
  Parameters<typeof X509CertificateGenerator.create>[0],
  'serialNumber' | 'signingAlgorithm' | 'signature' | 'signingKey'
>;

// The library encodes what is signed, under a signature that stands for none; a key may be anywhere,
// and so is only given the bytes.
async function signed(key: IssuingKey, content: Content): Promise<Uint8Array> {
  const draft = await X509CertificateGenerator.create(
    {
      ...content,
      serialNumber: newSerial(),
      signingAlgorithm: SIGNED_WITH,
      signature: new Uint8Array(64).fill(1),
    },
    webcrypto,
  );
  const { tbs } = readCertificate(new Uint8Array(draft.rawData));
  return der.sequence(tbs, SIGNATURE_ALGORITHM, der.bitString(await key.sign(tbs)));
}

// RFC 5280, 4.1.2.2: positive and at most 20 octets; at least 64 random bits.
function newSerial(): string {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return toHex(octets);
}
