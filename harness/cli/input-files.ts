import { readFileSync } from 'node:fs';
import { fromBase64, utf8Text } from '../encoding/bytes.js';
import { parsePemCertificates } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';

/** How much a file may hold; a larger one is the wrong file, not something to fill the memory with. */
interface InputLimit {
  readonly maxBytes: number;
  readonly what: string;
}

/** Evidence is a few kB. */
const EVIDENCE: InputLimit = { maxBytes: 1_048_576, what: 'evidence' };

/** Bytes of a file that the user named. */
export function readInput(file: string, limit: InputLimit = EVIDENCE): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reason}`, { cause });
  }
  if (bytes.length === 0) throw new HarnessError('ERR_FILE_INVALID', `${file}: is empty`);
  const { maxBytes, what } = limit;
  if (bytes.length > maxBytes) {
    throw new HarnessError(
      'ERR_FILE_INVALID',
      `${file}: ${bytes.length} bytes are more than ${what} has (${maxBytes})`,
    );
  }
  return new Uint8Array(bytes);
}

/** Text of a file that the user named. */
export function readInputText(file: string): string {
  const text = utf8Text(readInput(file));
  if (text === null) throw new HarnessError('ERR_FILE_INVALID', `${file}: is not UTF-8 text`);
  return text;
}

/** DER of the certificates in a PEM file, in their order. */
export function readPemChain(file: string): readonly Uint8Array[] {
  const parsed = parsePemCertificates(readInputText(file));
  if (parsed.ok) return parsed.value;
  const { message, offset } = parsed.malformation;
  throw new HarnessError('ERR_FILE_INVALID', `${file}: ${message} (byte ${offset})`);
}

/** Bytes of a file that holds them as they are or, as many tools save CBOR, as base64 text. */
export function readBinaryOrBase64(file: string): Uint8Array {
  const bytes = readInput(file);
  const text = utf8Text(bytes);
  if (text === null || !/^[A-Za-z0-9+/=\s]+$/.test(text)) return bytes;
  const decoded = fromBase64(text.replace(/\s+/g, ''));
  if (decoded === null) {
    throw new HarnessError(
      'ERR_FILE_INVALID',
      `${file}: base64 text that is cut off or padded wrongly`,
    );
  }
  return decoded;
}
