import { createHash, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { toBase64 } from '../encoding/bytes.js';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
} from '../encoding/peculiar.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { createAuthority, createKeyPair, exportSpki, type Authority } from './authority.js';

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

/** Makes authorities and server keys for a relying party that is reached under these names. */
export async function createLabPki(options: {
  /** The relying party's DNS name. */
  readonly dnsName: string;
  /** Further names and addresses; loopback is always among them. */
  readonly alternativeNames?: readonly string[];
  readonly now: Date;
  readonly lifetimeDays?: number;
}): Promise<LabPki> {
  const nowMs = options.now.getTime();
  const validity = {
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + (options.lifetimeDays ?? 7) * DAY_MS),
  };
  const [servers, clients] = await Promise.all([
    createAuthority({ commonName: 'attestlab lab servers', ...validity }),
    createAuthority({ commonName: 'attestlab lab enrolment', ...validity }),
  ]);
  const names = new Set([
    options.dnsName,
    ...(options.alternativeNames ?? []),
    ...['localhost', '127.0.0.1', '::1'],
  ]);
  const credentials = () =>
    createServerCredentials(servers, { commonName: options.dnsName, names: [...names], validity });
  const [server, backup] = await Promise.all([credentials(), credentials()]);
  return { serverAnchor: servers.certificate, server, backup, clientAuthority: clients };
}

/** The pin of a key: `sha256/` and base64, as OkHttp and TrustKit write it. */
export function pinOf(spki: Uint8Array): string {
  return `sha256/${toBase64(createHash('sha256').update(spki).digest())}`;
}

async function createServerCredentials(
  authority: Authority,
  order: {
    readonly commonName: string;
    readonly names: readonly string[];
    readonly validity: { readonly notBefore: Date; readonly notAfter: Date };
  },
): Promise<ServerCredentials> {
  const keys = await createKeyPair({ extractable: true });
  const spki = await exportSpki(keys.publicKey);
  const certificate = await authority.issue({
    commonName: order.commonName,
    spki,
    ...order.validity,
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        order.names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
      ),
    ],
  });
  const pkcs8 = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    certificateChain: encodePemCertificate(certificate),
    privateKey: pemPrivateKey(pkcs8),
    pin: pinOf(spki),
  };
}

function pemPrivateKey(pkcs8: Uint8Array): string {
  const lines = toBase64(pkcs8).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
