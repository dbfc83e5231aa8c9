import { concatBytes } from './bytes.js';
import { TAG } from './der.js';
import { MalformedInput } from './parsed.js';

/** Deeper than any signed message goes; bounds recursion on hostile input. */
const MAX_DEPTH = 32;

const CONSTRUCTED = 0x20;
const UNIVERSAL = 0;

/** String types that BER may cut into pieces (X.690, 8.7.3); the ones that messages use. */
const CUT_TYPES: readonly number[] = [TAG.octetString, TAG.utf8String];

interface Element {
  /** The element with definite, shortest lengths and its strings in one piece. */
  readonly der: Uint8Array;
  readonly content: Uint8Array;
  readonly next: number;
}

/**
 * Rewrites one BER element as DER reads it: indefinite and padded lengths become the shortest,
 * strings in pieces become one. Order within sets stays, since signatures may be over it. Offsets of
 * later malformations are offsets in what is returned.
 */
export function berToDer(bytes: Uint8Array): Uint8Array {
  const element = readElement(bytes, 0, 0);
  if (element.next !== bytes.length) {
    throw new MalformedInput(
      `${bytes.length - element.next} bytes after the element`,
      element.next,
    );
  }
  return element.der;
}

function readElement(bytes: Uint8Array, at: number, depth: number): Element {
  if (depth > MAX_DEPTH) throw new MalformedInput('nested too deeply', at);
  const first = octet(bytes, at);
  const contentHead = at + identifierLength(bytes, at);
  const identifier = bytes.subarray(at, contentHead);
  const { length, next: contentAt } = readLength(bytes, contentHead);
  if ((first & CONSTRUCTED) === 0) {
    if (length === null) throw new MalformedInput('indefinite length of a primitive', at);
    const end = contentAt + length;
    if (end > bytes.length) throw new MalformedInput('length runs past the end', contentHead);
    return element(identifier, bytes.subarray(contentAt, end), end);
  }
  const { parts, next } = readParts(bytes, { at: contentAt, length, depth });
  const tag = first & 0x1f;
  if (first >> 6 === UNIVERSAL && CUT_TYPES.includes(tag)) {
    return element(Uint8Array.of(tag), joinPieces(parts, { tag, at }), next);
  }
  return element(identifier, concatBytes(...parts.map((part) => part.der)), next);
}

function readParts(
  bytes: Uint8Array,
  from: { readonly at: number; readonly length: number | null; readonly depth: number },
): { readonly parts: readonly Element[]; readonly next: number } {
  const parts: Element[] = [];
  const end = from.length === null ? null : from.at + from.length;
  if (end !== null && end > bytes.length) {
    throw new MalformedInput('length runs past the end', from.at);
  }
  let next = from.at;
  for (;;) {
    if (next === end) return { parts, next };
    if (end !== null && next > end) throw new MalformedInput('a part runs past its parent', next);
    if (end === null && octet(bytes, next) === 0 && octet(bytes, next + 1) === 0) {
      return { parts, next: next + 2 };
    }
    const part = readElement(bytes, next, from.depth + 1);
    parts.push(part);
    next = part.next;
  }
}

function joinPieces(
  parts: readonly Element[],
  whole: { readonly tag: number; readonly at: number },
): Uint8Array {
  for (const { der } of parts) {
    if (der[0] !== whole.tag) throw new MalformedInput('a string of mixed pieces', whole.at);
  }
  return concatBytes(...parts.map((part) => part.content));
}

function element(identifier: Uint8Array, content: Uint8Array, next: number): Element {
  return { der: concatBytes(identifier, lengthOctets(content.length), content), content, next };
}

function identifierLength(bytes: Uint8Array, at: number): number {
  if ((octet(bytes, at) & 0x1f) !== 0x1f) return 1;
  let length = 2;
  while ((octet(bytes, at + length - 1) & 0x80) !== 0) length++;
  return length;
}

function readLength(bytes: Uint8Array, at: number) {
  const first = octet(bytes, at);
  if (first < 0x80) return { length: first, next: at + 1 };
  if (first === 0x80) return { length: null, next: at + 1 };
  const count = first & 0x7f;
  if (count > 4) throw new MalformedInput('length too large', at);
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + octet(bytes, at + index);
  return { length, next: at + 1 + count };
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.from([0x80 | octets.length, ...octets]);
}

function octet(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new MalformedInput('ends too early', at);
  return value;
}
