import { randomBytes, webcrypto } from 'node:crypto';
import { toHex } from '../encoding/bytes.js';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectKeyIdentifierExtension,
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

/** Makes an authority with a fresh P-256 key. */
export async function createAuthority(options: {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}): Promise<Authority> {
  const keys = await createKeyPair({ extractable: false });
  const name = [{ CN: [options.commonName] }];
  const self = await X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      subject: name,
      issuer: name,
      notBefore: options.notBefore,
      notAfter: options.notAfter,
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
  return {
    certificate: new Uint8Array(self.rawData),
    async issue(order) {
      const publicKey = new PublicKey(order.spki);
      const issued = await X509CertificateGenerator.create(
        {
          serialNumber: newSerial(),
          subject: [{ CN: [order.commonName] }],
          issuer: name,
          notBefore: order.notBefore,
          notAfter: order.notAfter,
          signingAlgorithm: SIGNED_WITH,
          publicKey,
          signingKey: keys.privateKey,
          extensions: [
            new BasicConstraintsExtension(false, undefined, true),
            new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
            await SubjectKeyIdentifierExtension.create(publicKey),
            await AuthorityKeyIdentifierExtension.create(keys.publicKey),
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

/** SubjectPublicKeyInfo of a public key, DER. */
export async function exportSpki(key: webcrypto.CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.exportKey('spki', key));
}

// RFC 5280, 4.1.2.2: positive and at most 20 octets; at least 64 random bits.
function newSerial(): string {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return toHex(octets);
}
