import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { cleaner, identifierFinder } from './masking.js';

/** How a kind of evidence is shown. */
export type EvidenceType =
  | 'text/plain'
  | 'application/json'
  | 'application/cbor'
  | 'application/pkcs10'
  | 'application/pkcs7-mime'
  | 'image/png';

/** A file of evidence as a report may hold it, or why it stays in the run's folder. */
export type ScreenedEvidence =
  { readonly type: EvidenceType; readonly content: Uint8Array } | { readonly withheld: string };

/** Reads a file of a run, named relative to its folder. */
export type ReadEvidence = (file: string) => ScreenedEvidence;

const TYPES: Readonly<Record<string, EvidenceType>> = {
  '.pem': 'text/plain',
  '.http': 'text/plain',
  '.log': 'text/plain',
  '.json': 'application/json',
  '.cbor': 'application/cbor',
  '.csr': 'application/pkcs10',
  '.p7': 'application/pkcs7-mime',
  '.png': 'image/png',
};

/**
 * Evidence for reports, which travel further than records. No mask fits into signed bytes, so what
 * identifies a unit stays out as a whole, and so do tokens, which whoever holds them can present. A
 * device's log is nobody's signed word, and is masked.
 */
export function evidenceReader(folder: string, identifiers: readonly string[]): ReadEvidence {
  const identifies = identifierFinder(identifiers);
  const clean = cleaner(identifiers);
  return (file) => {
    const content = readIfThere(join(folder, file));
    if (content === null) return { withheld: 'it is not in the run folder' };
    const type = TYPES[extname(file)];
    if (type === undefined) {
      const digest = createHash('sha256').update(content).digest('hex');
      return { withheld: `a token, of SHA-256 ${digest}` };
    }
    if (extname(file) === '.log') {
      return { type, content: Buffer.from(clean(Buffer.from(content).toString('utf8'))) };
    }
    const texts = [latin1(content), ...(extname(file) === '.pem' ? pemBytes(content) : [])];
    return texts.some(identifies) ? { withheld: 'it names the unit' } : { type, content };
  };
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    // A full disk, or a folder that somebody has tidied up; the journal says what was there.
    return null;
  }
}

function pemBytes(content: Uint8Array): readonly string[] {
  return [...latin1(content).matchAll(/-----BEGIN [^-]+-----([^-]+)-----END/g)].map(([, body]) =>
    Buffer.from(body ?? '', 'base64').toString('latin1'),
  );
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
