import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { utf8 } from '../encoding/bytes.js';
import { parseCertificate, extensionsOf } from '../encoding/certificate.js';
import {
  authorityExtensions,
  authorityKeyIdentifier,
  buildCertificate,
  EXTENSION_OID,
  newSerial,
  subjectKeyIdentifier,
  type CertificateSigner,
  type NewExtension,
} from '../encoding/certificate-builder.js';
import { octetString } from '../encoding/der-values.js';
import { readDer } from '../encoding/der.js';
import { der } from '../encoding/der-writer.js';
import { NAME_OID, type NameAttribute } from '../encoding/distinguished-name.js';
import { parsing } from '../encoding/parsed.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { SIGNATURE_OID } from '../encoding/signature.js';
import { ipOctets } from './ip-octets.js';

/** What a server shows and signs with, in the form that TLS takes. The key is secret: never log it. */
export interface ServerCredentials {
  /** PEM, leaf first. */
  readonly certificateChain: string;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
}

/** An authority that mints server certificates for whatever name a client asks for. */
export interface InterceptionAuthority {
  /** DER; whoever trusts it can be read by its holder. */
  readonly certificate: Uint8Array;
  /** Credentials for a host name or an address. The key is the same for all names. */
  issueFor(name: string): ServerCredentials;
  readonly keyType: 'ec' | 'rsa';
  /** The authority's own key, PEM; for tools that mint for themselves. */
  exportPrivateKey(): string;
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Long enough for a night and for phones whose clocks are a day off; the lab's tools end sooner. */
const LIFETIME_MS = 2 * DAY_MS;

const OID = {
  subjectAltName: '2.5.29.17',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

const REMEMBERED_NAMES = 256;

/** RFC 5280, A.1: ub-common-name-length. */
const COMMON_NAME_CHARACTERS = 64;

/** Makes an authority whose key lives in this process's memory only. */
export function createInterceptionAuthority(options: {
  readonly commonName: string;
  readonly now: Date;
  /** P-256 where it is left out; RSA costs a second to make, and some tools take no other. */
  readonly keyType?: 'ec-p256' | 'rsa-2048';
}): InterceptionAuthority {
  const { privateKey, publicKey } =
    options.keyType === 'rsa-2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const nowMs = options.now.getTime();
  const name = [{ oid: NAME_OID.commonName, value: options.commonName }];
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const certificate = buildCertificate({
    serial: newSerial(),
    ...{ issuer: name, subject: name, spki, signer: signerOf(privateKey) },
    notBeforeMs: nowMs - DAY_MS,
    notAfterMs: nowMs + LIFETIME_MS,
    extensions: [...authorityExtensions(), subjectKeyIdentifier(spki)],
  });
  return authorityOf({ certificate, privateKey, now: options.now });
}

/** An authority from its certificate and the key that belongs to it; both have been checked. */
export function authorityOf(parts: {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  readonly now: Date;
}): InterceptionAuthority {
  const { certificate, privateKey, now } = parts;
  const parsed = parseCertificate(certificate);
  if (!parsed.ok) throw new TypeError(parsed.malformation.message);
  const { subject, notBeforeMs, notAfterMs } = parsed.value;
  const leafKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = new Uint8Array(leafKeys.publicKey.export({ type: 'spki', format: 'der' }));
  const keyIdentifier = identifierOf(certificate);
  const issue = (name: string): ServerCredentials => {
    const leaf = buildCertificate({
      serial: newSerial(),
      issuer: subject,
      subject: subjectOf(name),
      spki,
      signer: signerOf(privateKey),
      // Within the authority's own validity: a leaf that outlives it is a fault of its own.
      notBeforeMs: Math.max(notBeforeMs, now.getTime() - DAY_MS),
      notAfterMs: Math.min(notAfterMs, now.getTime() + LIFETIME_MS),
      extensions: [...leafExtensions(name, keyIdentifier), subjectKeyIdentifier(spki)],
    });
    return {
      certificateChain: [leaf, certificate].map(encodePemCertificate).join(''),
      privateKey: pem(leafKeys.privateKey),
    };
  };
  const issued = new Map<string, ServerCredentials>();
  return {
    certificate,
    keyType: privateKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec',
    exportPrivateKey: () => pem(privateKey),
    issueFor(name) {
      const known = issued.get(name) ?? issue(name);
      // Clients choose the names; a flood of them must not fill the memory.
      if (issued.size >= REMEMBERED_NAMES) issued.clear();
      issued.set(name, known);
      return known;
    },
  };
}

function leafExtensions(
  name: string,
  authorityIdentifier: Uint8Array | null,
): readonly NewExtension[] {
  return [
    { oid: EXTENSION_OID.basicConstraints, critical: true, value: der.sequence() },
    // RFC 5280, 4.2.1.3: bit 0 digitalSignature.
    { oid: EXTENSION_OID.keyUsage, critical: true, value: der.namedBits(0) },
    { oid: OID.extendedKeyUsage, value: der.sequence(der.oid(OID.serverAuth)) },
    { oid: OID.subjectAltName, value: der.sequence(generalName(name)) },
    ...(authorityIdentifier === null ? [] : [authorityKeyIdentifier(authorityIdentifier)]),
  ];
}

// RFC 5280, 4.2.1.6: dNSName is [2], iPAddress [7] with the octets of the address.
function generalName(name: string): Uint8Array {
  return isIP(name) === 0
    ? der.contextPrimitive(2, utf8(name))
    : der.contextPrimitive(7, ipOctets(name));
}

function subjectOf(name: string): readonly NameAttribute[] {
  return [{ oid: NAME_OID.commonName, value: name.slice(0, COMMON_NAME_CHARACTERS) }];
}

// What the authority calls its key; one that calls it nothing is matched by name alone.
function identifierOf(certificate: Uint8Array): Uint8Array | null {
  const parsed = parseCertificate(certificate);
  if (!parsed.ok) return null;
  const [extension] = extensionsOf(parsed.value, EXTENSION_OID.subjectKeyIdentifier);
  if (extension === undefined) return null;
  const read = parsing(() => octetString(readDer(extension.value), 'the key identifier'));
  return read.ok ? read.value : null;
}

function signerOf(key: KeyObject): CertificateSigner {
  const rsa = key.asymmetricKeyType === 'rsa';
  return {
    algorithm: rsa
      ? der.sequence(der.oid(SIGNATURE_OID.rsaSha256), der.null())
      : der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256)),
    sign: (data) => new Uint8Array(sign('sha256', data, key)),
  };
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
