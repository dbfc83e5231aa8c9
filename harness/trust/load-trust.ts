import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadYaml, type Configured } from '../configuration.js';
import { equalBytes, toHex } from '../encoding/bytes.js';
import { parseCertificate, type Certificate } from '../encoding/certificate.js';
import { parsePemCertificates } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import { parseRevocationList, type RevocationSnapshot } from './revocation.js';
import { TRUST_FILE, trustSchema, type AnchorEntry, type TrustFile } from './trust-file.js';
import type { TrustAnchor, TrustSet } from './trust-set.js';

type Group = 'android' | 'software' | 'appAttest' | 'receipts';

/**
 * Loads a trust folder: `trust.yaml` and the PEM files it names. Whatever does not fit its stated
 * fingerprint is refused, and so are a folder without any anchor and a status list that cannot be
 * read: that is found here, before work, and not in a verdict.
 */
export function loadTrust(folder: string): TrustSet {
  const file = loadYaml(join(folder, TRUST_FILE), trustSchema);
  const group = (name: Group): readonly TrustAnchor[] =>
    file.value[name].map((entry, index) =>
      loadAnchor({ folder, file, entry, path: [name, index] }),
    );
  const trust: TrustSet = {
    androidAnchors: group('android'),
    knownSoftwareRoots: group('software'),
    appAttestAnchors: group('appAttest'),
    receiptAnchors: group('receipts'),
    revocation: loadRevocation(folder, file),
  };
  lint(file, trust);
  return trust;
}

/** An authority that phones' chains run through, and when it ends. */
export interface WatchedAuthority {
  readonly name: string;
  readonly certificate: Certificate;
}

/** What a trust folder says of its own upkeep. */
export interface TrustUpkeep {
  /** Authorities that the folder names as in use. */
  readonly watched: readonly WatchedAuthority[];
  readonly alertDays: TrustFile['alertDays'];
}

/** Reads what a trust folder has watched; nothing of it is trusted. */
export function loadUpkeep(folder: string): TrustUpkeep {
  const file = loadYaml(join(folder, TRUST_FILE), trustSchema);
  const watched = file.value.watched.map((entry, index): WatchedAuthority => {
    const certificate = loadCertificate(join(folder, entry.file));
    const actual = sha256(certificate.raw);
    if (actual !== entry.sha256) {
      throw file.invalid(
        ['watched', index, 'sha256'],
        `${entry.file} has the fingerprint ${actual}`,
      );
    }
    return { name: entry.name, certificate };
  });
  return { watched, alertDays: file.value.alertDays };
}

/** A trust anchor of a certificate that is at hand, such as a virtual lab's root. */
export function anchorOf(
  name: string,
  certificate: Pick<Certificate, 'spki' | 'subject' | 'raw'>,
): TrustAnchor {
  return {
    name,
    spki: certificate.spki,
    subject: certificate.subject.raw,
    certificates: [certificate.raw],
  };
}

function loadAnchor(context: {
  readonly folder: string;
  readonly file: Configured<TrustFile>;
  readonly entry: AnchorEntry;
  readonly path: readonly PropertyKey[];
}): TrustAnchor {
  const { folder, file, entry, path } = context;
  const certificates = entry.certificates.map((stated, index): Certificate => {
    const at = [...path, 'certificates', index];
    const certificate = loadCertificate(join(folder, stated.file));
    const actual = sha256(certificate.raw);
    if (actual !== stated.sha256) {
      throw file.invalid([...at, 'sha256'], `${stated.file} has the fingerprint ${actual}`);
    }
    if (sha256(certificate.spki) !== entry.spkiSha256) {
      throw file.invalid(
        [...path, 'spkiSha256'],
        `${stated.file} holds the key ${sha256(certificate.spki)}`,
      );
    }
    return certificate;
  });
  const [first] = certificates;
  if (first === undefined) throw file.invalid(path, 'names no certificate');
  return {
    name: entry.name,
    spki: first.spki,
    subject: first.subject.raw,
    certificates: certificates.map(({ raw }) => raw),
  };
}

function loadCertificate(file: string): Certificate {
  const blocks = parsePemCertificates(new TextDecoder().decode(readBytes(file)));
  if (!blocks.ok) throw invalidFile(file, blocks.malformation.message);
  const [block, ...more] = blocks.value;
  if (block === undefined || more.length > 0) {
    throw invalidFile(file, `holds ${blocks.value.length} certificates, not one`);
  }
  const parsed = parseCertificate(block);
  if (!parsed.ok) throw invalidFile(file, parsed.malformation.message);
  return parsed.value;
}

function loadRevocation(folder: string, file: Configured<TrustFile>): RevocationSnapshot | null {
  const stated = file.value.revocation;
  if (stated === undefined) return null;
  const bytes = readBytes(join(folder, stated.file));
  if (stated.sha256 !== undefined && sha256(bytes) !== stated.sha256) {
    throw file.invalid(
      ['revocation', 'sha256'],
      `${stated.file} has the fingerprint ${sha256(bytes)}`,
    );
  }
  const text = new TextDecoder().decode(bytes);
  const snapshot = parseRevocationList(text, Date.parse(stated.takenAt));
  if (!snapshot.usable) throw invalidFile(join(folder, stated.file), snapshot.problem);
  return snapshot;
}

// What would quietly weaken every verdict is refused aloud.
function lint(file: Configured<TrustFile>, trust: TrustSet): void {
  const anchors = [trust.androidAnchors, trust.appAttestAnchors, trust.receiptAnchors].flat();
  if (anchors.length === 0) throw file.invalid([], 'names no trust anchor');
  const names = [...anchors, ...trust.knownSoftwareRoots].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw file.invalid([], `names "${twice}" twice`);
  for (const { name, spki } of trust.knownSoftwareRoots) {
    const trusted = anchors.find((candidate) => equalBytes(candidate.spki, spki));
    if (trusted !== undefined) {
      throw file.invalid([], `"${trusted.name}" is the key of "${name}", never to be trusted`);
    }
  }
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reason}`, { cause });
  }
}

function invalidFile(file: string, problem: string): HarnessError {
  return new HarnessError('ERR_TRUST_INVALID', `${file}: ${problem}`);
}

function sha256(bytes: Uint8Array): string {
  return toHex(createHash('sha256').update(bytes).digest());
}
