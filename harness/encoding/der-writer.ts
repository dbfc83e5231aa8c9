import { concatBytes, utf8 } from './bytes.js';
import { TAG } from './der.js';

const CONSTRUCTED = 0x20;
const CONTEXT = 0x80;

/**
 * Writes DER (ITU-T X.690): each function returns one whole element, and elements nest by being
 * handed to the next. It builds what the reader in `der.ts` judges, so it shares nothing with it
 * but the tag numbers.
 */
export const der = {
  /** SEQUENCE of the parts in the order given. */
  sequence: (...parts: readonly Uint8Array[]): Uint8Array =>
    element(TAG.sequence | CONSTRUCTED, ...parts),
  /** SET OF the parts, sorted by their encodings as X.690 11.6 wants. */
  set: (...parts: readonly Uint8Array[]): Uint8Array =>
    element(TAG.set | CONSTRUCTED, ...[...parts].sort(byBytes)),
  /** SET of the parts in the order given, for what is not DER on purpose. */
  setAsGiven: (...parts: readonly Uint8Array[]): Uint8Array =>
    element(TAG.set | CONSTRUCTED, ...parts),
  /** INTEGER in its shortest form. */
  integer: (value: bigint | number): Uint8Array => element(TAG.integer, integerOctets(value)),
  /** INTEGER of the octets as they stand, shortest or not. */
  integerOctets: (octets: Uint8Array): Uint8Array => element(TAG.integer, octets),
  /** ENUMERATED in its shortest form. */
  enumerated: (value: number): Uint8Array => element(TAG.enumerated, integerOctets(value)),
  /** BOOLEAN: 0xff or 0x00. */
  boolean: (value: boolean): Uint8Array => element(TAG.boolean, Uint8Array.of(value ? 0xff : 0)),
  /** NULL. */
  null: (): Uint8Array => element(TAG.null),
  /** OCTET STRING. */
  octetString: (...parts: readonly Uint8Array[]): Uint8Array => element(TAG.octetString, ...parts),
  /** BIT STRING of whole bytes. */
  bitString: (bytes: Uint8Array): Uint8Array => element(TAG.bitString, Uint8Array.of(0), bytes),
  /** BIT STRING of named bits, numbered from the left, trailing zeros dropped (X.690, 11.2.2). */
  namedBits: (...bits: readonly number[]): Uint8Array => element(TAG.bitString, flagOctets(bits)),
  /** OBJECT IDENTIFIER from dotted decimal. */
  oid: (dotted: string): Uint8Array => element(TAG.oid, oidOctets(dotted)),
  /** UTF8String. */
  utf8: (text: string): Uint8Array => element(TAG.utf8String, utf8(text)),
  /** PrintableString; the caller keeps to its characters. */
  printable: (text: string): Uint8Array => element(TAG.printableString, utf8(text)),
  /** IA5String; the caller keeps to ASCII. */
  ia5: (text: string): Uint8Array => element(TAG.ia5String, utf8(text)),
  /** UTCTime to 2049, GeneralizedTime from then on (RFC 5280, 4.1.2.5). */
  time: (atMs: number): Uint8Array => timeElement(atMs),
  /** `[tag] EXPLICIT` around one element. */
  contextExplicit: (tag: number, part: Uint8Array): Uint8Array =>
    contextElement(tag, CONSTRUCTED, part),
  /** `[tag] IMPLICIT` for a constructed type: the content of `part` under another tag. */
  contextConstructed: (tag: number, ...parts: readonly Uint8Array[]): Uint8Array =>
    contextElement(tag, CONSTRUCTED, ...parts),
  /** `[tag] IMPLICIT` for a primitive type with this content. */
  contextPrimitive: (tag: number, content: Uint8Array): Uint8Array =>
    contextElement(tag, 0, content),
} as const;

function element(identifier: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return withLength(Uint8Array.of(identifier), parts);
}

function contextElement(tag: number, form: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const identifier =
    tag < 0x1f
      ? Uint8Array.of(CONTEXT | form | tag)
      : Uint8Array.from([CONTEXT | form | 0x1f, ...base128(BigInt(tag))]);
  return withLength(identifier, parts);
}

function withLength(identifier: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concatBytes(identifier, lengthOctets(length), ...parts);
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets = unsignedOctets(BigInt(length));
  return Uint8Array.from([0x80 | octets.length, ...octets]);
}

function integerOctets(value: bigint | number): Uint8Array {
  const whole = BigInt(value);
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, whole) !== whole) bytes++;
  const octets = unsignedOctets(BigInt.asUintN(bytes * 8, whole));
  return Uint8Array.from([...new Array<number>(bytes - octets.length).fill(0), ...octets]);
}

function unsignedOctets(value: bigint): number[] {
  const octets: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) octets.unshift(Number(rest & 0xffn));
  return octets.length === 0 ? [0] : octets;
}

function oidOctets(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split('.').map(BigInt);
  if (first === undefined || second === undefined) throw new RangeError(`${dotted} is no OID`);
  return Uint8Array.from([first * 40n + second, ...rest].flatMap(base128));
}

function base128(value: bigint): number[] {
  const octets = [Number(value & 0x7fn)];
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) {
    octets.unshift(Number(rest & 0x7fn) | 0x80);
  }
  return octets;
}

function flagOctets(bits: readonly number[]): Uint8Array {
  if (bits.length === 0) return Uint8Array.of(0);
  const highest = Math.max(...bits);
  const octets = new Uint8Array(2 + (highest >> 3));
  octets[0] = 7 - (highest & 7);
  for (const bit of bits) {
    const at = 1 + (bit >> 3);
    octets[at] = (octets[at] ?? 0) | (0x80 >> (bit & 7));
  }
  return octets;
}

function timeElement(atMs: number): Uint8Array {
  const digits = new Date(atMs).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  const year = new Date(atMs).getUTCFullYear();
  return year >= 1950 && year < 2050
    ? element(TAG.utcTime, utf8(`${digits.slice(2)}Z`))
    : element(TAG.generalizedTime, utf8(`${digits}Z`));
}

function byBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right);
}
