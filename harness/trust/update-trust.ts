import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseDocument, type Document } from 'yaml';
import { loadYaml } from '../configuration.js';
import { equalBytes, toHex, utf8Text } from '../encoding/bytes.js';
import { parseCertificate, type Certificate } from '../encoding/certificate.js';
import { encodePemCertificate, parsePemCertificates } from '../encoding/pem.js';
import { verifySignature } from '../encoding/signature.js';
import { HarnessError } from '../errors.js';
import { loadTrust } from './load-trust.js';
import { parseRevocationList } from './revocation.js';
import { TRUST_FILE, trustSchema } from './trust-file.js';

/** What an update changed, in words. */
export interface TrustUpdate {
  /** `unchanged` where everything was there already. */
  readonly outcome: 'written' | 'unchanged';
  readonly lines: readonly string[];
}

/** What a trust folder is updated from. */
export interface UpdateSource {
  /**
   * A status list; or roots as PEM or a JSON array of PEM, as Google publishes them, or one in DER, as
   * Apple does.
   */
  readonly content: Uint8Array;
  /** Where it is from, for messages. */
  readonly name: string;
  /** When it was fetched from its vendor. */
  readonly takenAt: Date;
  readonly now: Date;
}

type Group = 'android' | 'appAttest' | 'receipts';
const GROUPS: readonly Group[] = ['android', 'appAttest', 'receipts'];

/**
 * Takes a newer status list, or further certificates of keys that are trusted already, into a trust
 * folder. Nothing is written before all of it is checked, and the folder loads at every moment.
 */
export function updateTrust(folder: string, source: UpdateSource): TrustUpdate {
  const { content, name, takenAt, now } = source;
  if (takenAt.getTime() > now.getTime()) throw invalid(name, 'is dated in the future');
  loadTrust(folder);
  if (parseCertificate(content).ok) return addCertificates(folder, source, [content]);
  const text = utf8Text(content);
  if (text === null) throw invalid(name, UNKNOWN);
  const json = parsedJson(text);
  if (isObject(json) && 'entries' in json) return updateList(folder, source, text);
  const pem = Array.isArray(json) ? json.map(String).join('\n') : text;
  const blocks = parsePemCertificates(pem);
  if (!blocks.ok || blocks.value.length === 0) throw invalid(name, UNKNOWN);
  return addCertificates(folder, source, blocks.value);
}

const UNKNOWN = 'is neither a status list nor certificates in PEM or DER';

/** The addresses that a trust folder is updated from: of its status list, and then of its roots. */
export function trustUrlsOf(folder: string): readonly string[] {
  const { statusUrl, rootUrls } = loadYaml(join(folder, TRUST_FILE), trustSchema).value;
  return [...(statusUrl === undefined ? [] : [statusUrl]), ...rootUrls];
}

function updateList(folder: string, { name, takenAt }: UpdateSource, text: string): TrustUpdate {
  const list = parseRevocationList(text, takenAt.getTime());
  if (!list.usable) throw invalid(name, list.problem);
  // An empty list would bring every revoked key back; Google's has had entries for years.
  if (list.entries.size === 0) throw invalid(name, 'is empty: that would revive every revoked key');
  const known = loadYaml(join(folder, TRUST_FILE), trustSchema).value.revocation;
  if (known !== undefined && Date.parse(known.takenAt) >= takenAt.getTime()) {
    throw invalid(name, `is of ${takenAt.toISOString()}, and a list of ${known.takenAt} is there`);
  }
  const stamp = takenAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const file = `status-${stamp}.json`;
  writeWhole(join(folder, file), text);
  editTrustFile(folder, (document) => {
    document.set('revocation', { file, takenAt: takenAt.toISOString(), sha256: sha256(text) });
  });
  return {
    outcome: 'written',
    lines: [`${file}: ${list.entries.size} entries, taken ${takenAt.toISOString()}`],
  };
}

function addCertificates(
  folder: string,
  { name, takenAt }: UpdateSource,
  encoded: readonly Uint8Array[],
): TrustUpdate {
  const { value } = loadYaml(join(folder, TRUST_FILE), trustSchema);
  const found = encoded.map((bytes): Placed => {
    const parsed = parseCertificate(bytes);
    if (!parsed.ok) throw invalid(name, parsed.malformation.message);
    const spki = sha256(parsed.value.spki);
    for (const group of GROUPS) {
      const at = value[group].findIndex((anchor) => anchor.spkiSha256 === spki);
      const anchor = value[group][at];
      if (anchor === undefined) continue;
      const digest = sha256(bytes);
      const isKnown = anchor.certificates.some((certificate) => certificate.sha256 === digest);
      return { certificate: parsed.value, digest, group, at, name: anchor.name, isKnown };
    }
    // A new key is a new power over every verdict: that is a person's to decide.
    throw invalid(
      name,
      `${parsed.value.subject.text} has a key that is not trusted yet (${spki}); compare it with ` +
        `what its vendor publishes and enter it in ${TRUST_FILE} by hand`,
    );
  });
  const added = found.filter(({ isKnown }) => !isKnown);
  if (added.length === 0) return { outcome: 'unchanged', lines: ['every certificate is there'] };
  const odd = added.find(({ certificate }) => !isRoot(certificate));
  if (odd !== undefined)
    throw invalid(name, `a certificate of ${odd.name} is not signed by its own key`);
  for (const one of added) {
    writeWhole(join(folder, fileOf(one)), encodePemCertificate(one.certificate.raw));
  }
  editTrustFile(folder, (document) => {
    for (const one of added) {
      const path = [one.group, one.at, 'certificates'];
      const entry = { file: fileOf(one), sha256: one.digest, takenAt: takenAt.toISOString() };
      document.addIn(path, document.createNode(entry));
    }
  });
  return {
    outcome: 'written',
    lines: added.map((one) => `${one.name}: ${fileOf(one)}, ${one.certificate.subject.text}`),
  };
}

interface Placed {
  readonly certificate: Certificate;
  readonly digest: string;
  readonly group: Group;
  readonly at: number;
  /** Of the anchor whose key it is. */
  readonly name: string;
  readonly isKnown: boolean;
}

function fileOf({ name, digest }: Placed): string {
  return `${name.replace(/[^\w.-]+/g, '-')}-${digest.slice(0, 8)}.pem`;
}

function isRoot({
  issuer,
  subject,
  signatureAlgorithm,
  spki,
  tbs,
  signature,
}: Certificate): boolean {
  const signed = { algorithmOid: signatureAlgorithm, spki, data: tbs, signature };
  return equalBytes(issuer.raw, subject.raw) && verifySignature(signed) === 'valid';
}

// Comments and order are its author's and stay. What the file names is written before it is.
function editTrustFile(folder: string, edit: (document: Document.Parsed) => void): void {
  const file = join(folder, TRUST_FILE);
  const document = parseDocument(readFileSync(file, 'utf8'));
  if (!isMap(document.contents)) throw invalid(file, 'is no map');
  edit(document);
  const before = readFileSync(file, 'utf8');
  writeWhole(file, document.toString({ lineWidth: 0 }));
  try {
    loadTrust(folder);
  } catch (error) {
    writeWhole(file, before);
    throw error;
  }
}

function writeWhole(file: string, content: string): void {
  const fresh = `${file}.new`;
  try {
    writeFileSync(fresh, content);
    renameSync(fresh, file);
  } catch (cause) {
    if (existsSync(fresh)) rmSync(fresh);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${file}: ${reason}`, { cause });
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, problem: string): HarnessError {
  return new HarnessError('ERR_TRUST_INVALID', `${name}: ${problem}`);
}

function sha256(content: string | Uint8Array): string {
  return toHex(createHash('sha256').update(content).digest());
}
