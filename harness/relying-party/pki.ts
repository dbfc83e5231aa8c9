import { createHash, createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { toBase64 } from '../encoding/bytes.js';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
} from '../encoding/peculiar.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { createAuthority, type Authority } from './authority.js';
import { newPrivateKey } from './issuing/issuing-key.js';

const DAY_MS = 24 * 60 * 60_000;
const BACKDATE_MS = 60_000;

/** A server's key and certificate in the form that TLS takes. The key is secret: never log it. */
export interface ServerCredentials {
  /** PEM, leaf only: clients hold the authority. */
  readonly certificateChain: string;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  /** `sha256/` and the base64 of the SHA-256 of the SubjectPublicKeyInfo. */
  readonly pin: string;
}

/** The lab's own certificates for one run, made in memory and gone with the process. */
export interface LabPki {
  /** The authority of server certificates, DER: what clients trust. */
  readonly serverAnchor: Uint8Array;
  readonly server: ServerCredentials;
  /** A second key, whose pin clients carry from the start so that keys can be changed. */
  readonly backup: ServerCredentials;
  /** Issues client certificates; separate from the servers' authority, so that no client can pose as a server. */
  readonly clientAuthority: Authority;
}

/** Under which names a relying party is reached, and from when on. */
export interface LabPkiOptions {
  /** The relying party's DNS name. */
  readonly dnsName: string;
  /** Further names and addresses; loopback is always among them. */
  readonly alternativeNames?: readonly string[];
  readonly now: Date;
  readonly lifetimeDays?: number;
}

/** Makes authorities and server keys for a relying party that is reached under these names. */
export async function createLabPki(options: LabPkiOptions): Promise<LabPki> {
  const nowMs = options.now.getTime();
  const validity = {
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + (options.lifetimeDays ?? 7) * DAY_MS),
  };
  const [servers, clients] = await Promise.all([
    createAuthority({ commonName: 'attestlab lab servers', ...validity }),
    createAuthority({ commonName: 'attestlab lab enrolment', ...validity }),
  ]);
  const order = { commonName: options.dnsName, names: serverNames(options), validity };
  const credentials = () => certifyServerKey(servers, { ...order, privateKey: newPrivateKey() });
  const [server, backup] = await Promise.all([credentials(), credentials()]);
  return { serverAnchor: servers.certificate, server, backup, clientAuthority: clients };
}

/** The pin of a key: `sha256/` and base64, as OkHttp and TrustKit write it. */
export function pinOf(spki: Uint8Array): string {
  return `sha256/${toBase64(createHash('sha256').update(spki).digest())}`;
}

/** The names in a server's certificate. */
export function serverNames({
  dnsName,
  alternativeNames = [],
}: Pick<LabPkiOptions, 'dnsName' | 'alternativeNames'>): readonly string[] {
  return [...new Set([dnsName, ...alternativeNames, 'localhost', '127.0.0.1', '::1'])];
}

/** Has a server's key certified. */
export async function certifyServerKey(
  authority: Authority,
  order: {
    /** PKCS#8, DER. */
    readonly privateKey: Uint8Array;
    readonly commonName: string;
    readonly names: readonly string[];
    readonly validity: { readonly notBefore: Date; readonly notAfter: Date };
  },
): Promise<ServerCredentials> {
  const privateKey = pemPrivateKey(order.privateKey);
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const certificate = await authority.issue({
    commonName: order.commonName,
    spki: new Uint8Array(spki),
    ...order.validity,
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        order.names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
      ),
    ],
  });
  return {
    certificateChain: encodePemCertificate(certificate),
    privateKey,
    pin: pinOf(new Uint8Array(spki)),
  };
}

/** A private key as a PEM block. */
export function pemPrivateKey(pkcs8: Uint8Array): string {
  const lines = toBase64(pkcs8).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
