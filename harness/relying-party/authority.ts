import { randomBytes, webcrypto } from 'node:crypto';
import { toHex } from '../encoding/bytes.js';
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

/** The only key type that the lab's authorities issue for. */
export const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

const SIGNED_WITH = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** What a certificate is issued for; the authority adds issuer, serial number and key identifiers. */
export interface CertificateOrder {
  readonly commonName: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
}

/** An authority whose private key lives in this process's memory only. */
export interface Authority {
  /** The self-signed certificate, DER. */
  readonly certificate: Uint8Array;
  issue(order: CertificateOrder): Promise<Uint8Array>;
}

/** Makes an authority with a fresh P-256 key, which never leaves it. */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const keys = await createKeyPair({ extractable: false });
  return authorityOf(keys, await selfSigned(keys, options));
}

/** An authority as it is kept between processes. The key is secret: never log it. */
export interface AuthorityCredentials {
  /** The self-signed certificate, DER. */
  readonly certificate: Uint8Array;
  /** PKCS#8, DER. */
  readonly privateKey: Uint8Array;
}

/** Makes what `openAuthority` opens, with a fresh P-256 key. */
export async function createAuthorityCredentials(
  options: AuthorityOptions,
): Promise<AuthorityCredentials> {
  const keys = await createKeyPair({ extractable: true });
  const certificate = await selfSigned(keys, options);
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate, privateKey: new Uint8Array(privateKey) };
}

/** The authority of a certificate and its P-256 key. */
export async function openAuthority(credentials: AuthorityCredentials): Promise<Authority> {
  const { certificate } = credentials;
  const pkcs8 = new Uint8Array(credentials.privateKey);
  const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, P256, false, ['sign']);
  const spki = new X509Certificate(certificate).publicKey.rawData;
  const publicKey = await webcrypto.subtle.importKey('spki', spki, P256, true, ['verify']);
  return authorityOf({ publicKey, privateKey }, certificate);
}

/** Who an authority is, and for how long. */
export interface AuthorityOptions {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

async function selfSigned(
  keys: webcrypto.CryptoKeyPair,
  { commonName, notBefore, notAfter }: AuthorityOptions,
): Promise<Uint8Array> {
  const name = [{ CN: [commonName] }];
  const self = await X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      subject: name,
      issuer: name,
      notBefore,
      notAfter,
      signingAlgorithm: SIGNED_WITH,
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        // The authority signs leaves only: a certificate that it issued must not issue others.
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  return new Uint8Array(self.rawData);
}

async function authorityOf(
  keys: webcrypto.CryptoKeyPair,
  certificate: Uint8Array,
): Promise<Authority> {
  const issuer = new X509Certificate(certificate).subjectName;
  // The same in every certificate, and encoded once.
  const isNoAuthority = new BasicConstraintsExtension(false, undefined, true);
  const signsAlone = new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true);
  const ofIssuer = await AuthorityKeyIdentifierExtension.create(keys.publicKey);
  return {
    certificate,
    async issue(order) {
      const publicKey = new PublicKey(order.spki);
      const issued = await X509CertificateGenerator.create(
        {
          serialNumber: newSerial(),
          subject: [{ CN: [order.commonName] }],
          issuer,
          notBefore: order.notBefore,
          notAfter: order.notAfter,
          signingAlgorithm: SIGNED_WITH,
          publicKey,
          signingKey: keys.privateKey,
          extensions: [
            isNoAuthority,
            signsAlone,
            await SubjectKeyIdentifierExtension.create(publicKey),
            ofIssuer,
            ...order.extensions,
          ],
        },
        webcrypto,
      );
      return new Uint8Array(issued.rawData);
    },
  };
}

/** A fresh P-256 key pair. */
export function createKeyPair(options: {
  readonly extractable: boolean;
}): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(P256, options.extractable, ['sign', 'verify']);
}

// RFC 5280, 4.1.2.2: positive and at most 20 octets; at least 64 random bits.
function newSerial(): string {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return toHex(octets);
}
