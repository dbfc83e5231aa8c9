import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encodePemCertificate } from '../encoding/pem.js';
import { readText } from '../configuration.js';
import { HarnessError } from '../errors.js';
import { ownFolder, readSecret, writeSecret } from '../owner-only.js';
import {
  createAuthorityCredentials,
  openAuthority,
  type Authority,
  type AuthorityCredentials,
} from './authority.js';
import {
  certifyServerKey,
  createServerKey,
  pemPrivateKey,
  serverNames,
  type LabPki,
  type LabPkiOptions,
} from './pki.js';

const DAY_MS = 24 * 60 * 60_000;
const BACKDATE_MS = 60_000;
const AUTHORITY_DAYS = 5 * 365;
/** The longest that clients of the public web take (CA/Browser Forum, 398 days), with room. */
const SERVER_DAYS = 390;

/** The files of a PKI folder; every one but the certificates is secret. */
export const PKI_FILES = {
  /** What clients trust. */
  serverAnchor: 'servers-ca.pem',
  serverAuthorityKey: 'servers-ca.key',
  clientAnchor: 'enrolment-ca.pem',
  clientAuthorityKey: 'enrolment-ca.key',
  serverKey: 'server.key',
  backupKey: 'server-backup.key',
} as const;

/**
 * The PKI of a folder, made where the folder is empty. Keys and authorities stay, so that pins and
 * certificates of phones outlive a restart; the servers' certificates are issued anew each time,
 * for the names that hold now.
 */
export async function openPkiFolder(folder: string, options: LabPkiOptions): Promise<LabPki> {
  ownFolder(folder);
  const nowMs = options.now.getTime();
  const notBefore = new Date(nowMs - BACKDATE_MS);
  const here = Object.values(PKI_FILES).filter((name) => existsSync(join(folder, name)));
  if (here.length === 0) {
    const notAfter = new Date(nowMs + AUTHORITY_DAYS * DAY_MS);
    await fill(folder, { notBefore, notAfter });
  }
  const [servers, clients] = await Promise.all([
    readAuthority(folder, 'serverAnchor', 'serverAuthorityKey', options.now),
    readAuthority(folder, 'clientAnchor', 'clientAuthorityKey', options.now),
  ]);
  const ends = Math.min(nowMs + SERVER_DAYS * DAY_MS, servers.endsMs);
  const order = {
    commonName: options.dnsName,
    names: serverNames(options),
    validity: { notBefore, notAfter: new Date(ends) },
  };
  const certify = (name: 'serverKey' | 'backupKey') =>
    certifyServerKey(servers.authority, { ...order, privateKey: readKey(folder, name) });
  const [server, backup] = await Promise.all([certify('serverKey'), certify('backupKey')]);
  return {
    serverAnchor: servers.authority.certificate,
    ...{ server, backup },
    clientAuthority: clients.authority,
  };
}

async function fill(
  folder: string,
  validity: { readonly notBefore: Date; readonly notAfter: Date },
): Promise<void> {
  const authority = (role: string) =>
    createAuthorityCredentials({ commonName: `attestlab lab ${role}`, ...validity });
  const [servers, clients, server, backup] = await Promise.all([
    ...[authority('servers'), authority('enrolment')],
    ...[createServerKey(), createServerKey()],
  ] as const);
  const write = (name: keyof typeof PKI_FILES, text: string): void => {
    writeSecret(join(folder, PKI_FILES[name]), text);
  };
  write('serverAnchor', encodePemCertificate(servers.certificate));
  write('serverAuthorityKey', pemPrivateKey(servers.privateKey));
  write('clientAnchor', encodePemCertificate(clients.certificate));
  write('clientAuthorityKey', pemPrivateKey(clients.privateKey));
  write('serverKey', pemPrivateKey(server));
  write('backupKey', pemPrivateKey(backup));
}

async function readAuthority(
  folder: string,
  anchor: keyof typeof PKI_FILES,
  key: keyof typeof PKI_FILES,
  now: Date,
): Promise<{ readonly authority: Authority; readonly endsMs: number }> {
  const file = join(folder, PKI_FILES[anchor]);
  const certificate = readCertificateFile(file);
  const credentials: AuthorityCredentials = {
    certificate: new Uint8Array(certificate.raw),
    privateKey: readKey(folder, key),
  };
  const privateKey = createPrivateKey(pemPrivateKey(credentials.privateKey));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw invalid(file, `its key is not the one of ${PKI_FILES[key]}`);
  }
  const endsMs = Date.parse(certificate.validTo);
  if (endsMs <= now.getTime()) {
    throw invalid(file, `has expired; move ${folder} away, and a new one is made`);
  }
  return { authority: await openAuthority(credentials), endsMs };
}

function readCertificateFile(file: string): X509Certificate {
  const text = readText(file);
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw invalid(file, 'is no certificate in PEM', cause);
  }
}

function readKey(folder: string, name: keyof typeof PKI_FILES): Uint8Array {
  const file = join(folder, PKI_FILES[name]);
  const text = readSecret(file);
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
      throw invalid(file, 'is no key on P-256');
    }
    return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    throw invalid(file, 'is no private key in PEM', cause);
  }
}

function invalid(file: string, problem: string, cause?: unknown): HarnessError {
  return new HarnessError('ERR_FILE_INVALID', `${file}: ${problem}`, { cause });
}
