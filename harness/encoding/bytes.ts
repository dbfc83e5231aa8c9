import { timingSafeEqual } from 'node:crypto';

/** Bytes of the UTF-8 encoding of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

const encoder = new TextEncoder();

/** Text of UTF-8 `bytes`, or null where they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

// Without `stream` a decoder keeps nothing from one call to the next.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Lower-case hexadecimal of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** Bytes of an even-length hexadecimal text in either case, or null. */
export function fromHex(text: string): Uint8Array | null {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) return null;
  return plain(Buffer.from(text, 'hex'));
}

/** Padded base64 (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

/** Bytes of strict base64: padded, no white space, no spare bits. Null where it is not. */
export function fromBase64(text: string): Uint8Array | null {
  const bytes = plain(Buffer.from(text, 'base64'));
  return toBase64(bytes) === text ? bytes : null;
}

/** Unpadded base64url (RFC 4648 section 5). */
export function toBase64url(bytes: Uint8Array): string {
  return view(bytes).toString('base64url');
}

/** Bytes of strict base64url: unpadded, no white space, no spare bits. Null where it is not. */
export function fromBase64url(text: string): Uint8Array | null {
  const bytes = plain(Buffer.from(text, 'base64url'));
  return toBase64url(bytes) === text ? bytes : null;
}

/** Whether both hold the same bytes, compared in constant time for equal lengths. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The parts one after another. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Two bytes, big-endian; `value` from 0 to 65535. */
export function u16(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new RangeError(`${value} does not fit in 16 bits`);
  }
  return Uint8Array.of(value >> 8, value & 0xff);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}
