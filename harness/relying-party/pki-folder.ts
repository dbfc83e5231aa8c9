import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes } from '../encoding/bytes.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { readText } from '../configuration.js';
import { HarnessError } from '../errors.js';
import { ownFolder, readSecret, writeSecret } from '../owner-only.js';
import { authorityOf, selfSigned, type Authority } from './authority.js';
import { keptKey, newPrivateKey, type IssuingKey } from './issuing/issuing-key.js';
import {
  certifyServerKey,
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

/** Opens a key that is kept elsewhere. Where there is none, one is made for a new authority only. */
export type OpenIssuingKey = (absent: 'made' | 'refused') => Promise<IssuingKey>;

/** Under which names a relying party is reached, and where its enrolment authority's key is. */
export interface PkiFolderOptions extends Pick<
  LabPkiOptions,
  'dnsName' | 'alternativeNames' | 'now'
> {
  /** A file of the folder where it is left out. */
  readonly enrolmentKey?: OpenIssuingKey;
}

/**
 * The PKI of a folder, made where the folder is empty. Keys and authorities stay, so that pins and
 * certificates of phones outlive a restart; the servers' certificates are issued anew each time,
 * for the names that hold now.
 */
export async function openPkiFolder(folder: string, options: PkiFolderOptions): Promise<LabPki> {
  ownFolder(folder);
  const nowMs = options.now.getTime();
  const notBefore = new Date(nowMs - BACKDATE_MS);
  // What may fail comes first: a folder that is half made is of no use to anybody.
  const elsewhere = await openElsewhere(folder, options.enrolmentKey);
  const notAfter = new Date(nowMs + AUTHORITY_DAYS * DAY_MS);
  await fill(folder, { validity: { notBefore, notAfter }, elsewhere });
  const servers = readAuthority(folder, 'serverAnchor', 'serverAuthorityKey', options.now);
  const enrolmentKey = elsewhere ?? 'clientAuthorityKey';
  const clients = readAuthority(folder, 'clientAnchor', enrolmentKey, options.now);
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

async function openElsewhere(
  folder: string,
  open: OpenIssuingKey | undefined,
): Promise<IssuingKey | null> {
  if (open === undefined) return null;
  const { clientAnchor, clientAuthorityKey } = PKI_FILES;
  const file = join(folder, clientAuthorityKey);
  if (existsSync(file)) {
    // Whoever reads the file needs no token: beside one, it must not be there.
    throw invalid(
      file,
      `is there, but the key is to be elsewhere; move it and ${clientAnchor} away`,
    );
  }
  return open(existsSync(join(folder, clientAnchor)) ? 'refused' : 'made');
}

async function fill(
  folder: string,
  {
    validity,
    elsewhere,
  }: {
    readonly validity: { readonly notBefore: Date; readonly notAfter: Date };
    readonly elsewhere: IssuingKey | null;
  },
): Promise<void> {
  const write = (name: keyof typeof PKI_FILES, text: string): void => {
    writeSecret(join(folder, PKI_FILES[name]), text);
  };
  const writeAnchor = async (
    name: 'serverAnchor' | 'clientAnchor',
    role: string,
    key: IssuingKey,
  ): Promise<void> => {
    const commonName = `attestlab lab ${role}`;
    write(name, encodePemCertificate(await selfSigned(key, { commonName, ...validity })));
  };
  const isHere = (name: string) => existsSync(join(folder, name));
  if (!Object.values(PKI_FILES).some(isHere)) {
    const [servers, clients] = [newPrivateKey(), newPrivateKey()];
    await writeAnchor('serverAnchor', 'servers', keptKey(servers));
    write('serverAuthorityKey', pemPrivateKey(servers));
    if (elsewhere === null) {
      await writeAnchor('clientAnchor', 'enrolment', keptKey(clients));
      write('clientAuthorityKey', pemPrivateKey(clients));
    }
    write('serverKey', pemPrivateKey(newPrivateKey()));
    write('backupKey', pemPrivateKey(newPrivateKey()));
  }
  if (elsewhere !== null && !isHere(PKI_FILES.clientAnchor)) {
    await writeAnchor('clientAnchor', 'enrolment', elsewhere);
  }
}

function readAuthority(
  folder: string,
  anchor: keyof typeof PKI_FILES,
  from: keyof typeof PKI_FILES | IssuingKey,
  now: Date,
): { readonly authority: Authority; readonly endsMs: number } {
  const file = join(folder, PKI_FILES[anchor]);
  const certificate = readCertificateFile(file);
  const [key, name] =
    typeof from === 'string'
      ? [keptKey(readKey(folder, from)), PKI_FILES[from]]
      : [from, 'the token'];
  const certified = certificate.publicKey.export({ format: 'der', type: 'spki' });
  if (!equalBytes(new Uint8Array(certified), key.spki)) {
    throw invalid(file, `its key is not the one of ${name}`);
  }
  const endsMs = Date.parse(certificate.validTo);
  if (endsMs <= now.getTime()) {
    throw invalid(file, `has expired; move ${folder} away, and a new one is made`);
  }
  return { authority: authorityOf(key, new Uint8Array(certificate.raw)), endsMs };
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
