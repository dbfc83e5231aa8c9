import type { ByteReader } from '../byte-reader.js';

/** A reader of a part that its length of four bytes precedes. */
export function prefixed(reader: ByteReader, name: string): ByteReader {
  return reader.part(reader.u32(`length of ${name}`), name);
}

/** Readers of the parts of a sequence that its own length precedes, as theirs precede them. */
export function prefixedParts(reader: ByteReader, name: string): readonly ByteReader[] {
  const sequence = prefixed(reader, name);
  const parts: ByteReader[] = [];
  while (sequence.left > 0) parts.push(prefixed(sequence, name));
  return parts;
}

/** Bytes of a part that its length precedes. */
export function prefixedBytes(reader: ByteReader, name: string): Uint8Array {
  const part = prefixed(reader, name);
  return part.bytes(part.left, name);
}
