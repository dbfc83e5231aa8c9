import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { cleaner, identifierFinder } from './masking.js';
import type { AppraisalLine } from './record.js';

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

/** Evidence as the tools of its format read it, and the file name extension that they go by. */
export interface RawEvidence {
  readonly extension: string;
  readonly bytes: Uint8Array;
}

/** Reads what was appraised by a line of the journal; null where it is not to be had. */
export type ReadAppraised = (line: AppraisalLine) => RawEvidence | null;

/** What reports may show of a run's evidence. */
export interface EvidenceReader {
  /** A file of the run, named relative to its folder. */
  file(path: string): ScreenedEvidence;
  /** What was appraised. */
  appraised(line: AppraisalLine): ScreenedEvidence;
}

const TYPES: Readonly<Record<string, EvidenceType>> = {
  pem: 'text/plain',
  http: 'text/plain',
  log: 'text/plain',
  json: 'application/json',
  cbor: 'application/cbor',
  csr: 'application/pkcs10',
  p7: 'application/pkcs7-mime',
  png: 'image/png',
};

/**
 * Evidence for reports, which travel further than records. No mask fits into signed bytes, so what
 * identifies a unit stays out as a whole, and so do tokens, which whoever holds them can present. A
 * device's log is nobody's signed word, and is masked.
 */
export function evidenceReader(run: {
  readonly folder: string;
  readonly identifiers: readonly string[];
  readonly appraised: ReadAppraised;
}): EvidenceReader {
  const identifies = identifierFinder(run.identifiers);
  const clean = cleaner(run.identifiers);
  const screened = (read: RawEvidence | null): ScreenedEvidence => {
    // A full disk, or a folder that somebody has tidied up; the journal says what was there.
    if (read === null) return { withheld: 'it is not in the run folder' };
    const { extension, bytes: content } = read;
    const type = TYPES[extension];
    if (type === undefined) {
      const digest = createHash('sha256').update(content).digest('hex');
      return { withheld: `a token, of SHA-256 ${digest}` };
    }
    if (extension === 'log') {
      return { type, content: Buffer.from(clean(Buffer.from(content).toString('utf8'))) };
    }
    const texts = [latin1(content), ...(extension === 'pem' ? pemBytes(content) : [])];
    return texts.some(identifies) ? { withheld: 'it names the unit' } : { type, content };
  };
  return {
    file(path) {
      const bytes = readIfThere(join(run.folder, path));
      return screened(bytes && { extension: extname(path).slice(1), bytes });
    },
    appraised: (line) => screened(run.appraised(line)),
  };
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
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
