import { toHex, utf8Text } from './bytes.js';
import { children, TAG, type DerNode } from './der.js';
import { MalformedInput } from './parsed.js';

/** Refuses an element that is not of the universal `tag`. */
export function expectTag(node: DerNode, tag: number, name: string): DerNode {
  const constructed = tag === TAG.sequence || tag === TAG.set;
  if (node.tagClass !== 'universal' || node.tag !== tag || node.constructed !== constructed) {
    throw new MalformedInput(`expected ${name}, found ${describeTag(node)}`, node.offset);
  }
  return node;
}

/** The parts of a SEQUENCE. */
export function sequence(node: DerNode, name = 'a SEQUENCE'): readonly DerNode[] {
  return children(expectTag(node, TAG.sequence, name));
}

/** The parts of a SET. */
export function set(node: DerNode, name = 'a SET'): readonly DerNode[] {
  return children(expectTag(node, TAG.set, name));
}

/** An INTEGER of any size. */
export function integer(node: DerNode, name = 'an INTEGER'): bigint {
  return wholeNumber(expectTag(node, TAG.integer, name));
}

/** An INTEGER from 0 to 2^53 - 1. */
export function smallInteger(node: DerNode, name = 'an INTEGER'): number {
  const { content } = expectTag(node, TAG.integer, name);
  const [first] = content;
  // One octet that is not negative: nearly every number of a record.
  if (content.length === 1 && first !== undefined && first < 0x80) return first;
  const value = wholeNumber(node);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new MalformedInput(`${name} out of range: ${value}`, node.offset);
  }
  return Number(value);
}

/** An ENUMERATED value from 0 to 2^31 - 1. */
export function enumerated(node: DerNode, name = 'an ENUMERATED'): number {
  const value = wholeNumber(expectTag(node, TAG.enumerated, name));
  if (value < 0n || value > 0x7fff_ffffn) {
    throw new MalformedInput(`${name} out of range: ${value}`, node.offset);
  }
  return Number(value);
}

/** An OCTET STRING's bytes. */
export function octetString(node: DerNode, name = 'an OCTET STRING'): Uint8Array {
  return expectTag(node, TAG.octetString, name).content;
}

/** A BIT STRING's bytes; unused bits are malformed, since keys and signatures are whole bytes. */
export function bitString(node: DerNode, name = 'a BIT STRING'): Uint8Array {
  const { content } = expectTag(node, TAG.bitString, name);
  if (content[0] !== 0) throw new MalformedInput(`${name} has unused bits`, node.contentOffset);
  return content.subarray(1);
}

/**
 * A BOOLEAN. X.690 11.1 wants 0xff for TRUE; two phones in the field write 0x01, so any other octet
 * but zero reads as true and a caller that must know looks at `node.content`.
 */
export function lenientBoolean(node: DerNode, name = 'a BOOLEAN'): boolean {
  const { content } = expectTag(node, TAG.boolean, name);
  if (content.length !== 1) throw new MalformedInput(`${name} is not one octet`, node.offset);
  return content[0] !== 0;
}

/** An OBJECT IDENTIFIER in dotted decimal. */
export function oid(node: DerNode, name = 'an OBJECT IDENTIFIER'): string {
  const { content } = expectTag(node, TAG.oid, name);
  let dotted = '';
  // A number as long as it is exact, which is nearly always; a bigint costs many times as much.
  let arc: number | bigint = 0;
  let fresh = true;
  for (const value of content) {
    if (fresh && value === 0x80) throw new MalformedInput(`${name} is padded`, node.offset);
    const low = value & 0x7f;
    arc =
      typeof arc === 'number' && arc < MAX_NUMBER_ARC
        ? arc * 128 + low
        : BigInt(arc) * 128n + BigInt(low);
    fresh = (value & 0x80) === 0;
    if (fresh) {
      dotted += dotted === '' ? firstArcs(arc) : `.${arc}`;
      arc = 0;
    }
  }
  if (dotted === '' || !fresh) throw new MalformedInput(`${name} is cut off`, node.offset);
  return dotted;
}

/** A number below it can take seven bits more and stays exact. */
const MAX_NUMBER_ARC = 2 ** 46;

// X.690 8.19.4: the first two arcs are one number, 40 times the first and the second.
function firstArcs(both: number | bigint): string {
  if (both < 40) return `0.${both}`;
  if (both < 80) return `1.${BigInt(both) - 40n}`;
  return `2.${BigInt(both) - 80n}`;
}

/** Text of any of the string types that names use. */
export function text(node: DerNode, name = 'a string'): string {
  const utf8 = node.tag === TAG.utf8String ? utf8Text(node.content) : latin(node);
  if (node.tagClass !== 'universal' || utf8 === null) {
    throw new MalformedInput(`expected ${name}, found ${describeTag(node)}`, node.offset);
  }
  return utf8;
}

/** Milliseconds since 1970 of a UTCTime or GeneralizedTime in the form of RFC 5280, 4.1.2.5. */
export function time(node: DerNode, name = 'a time'): number {
  const digits = utf8Text(node.content) ?? '';
  const isUtc = node.tagClass === 'universal' && node.tag === TAG.utcTime;
  const isGeneralized = node.tagClass === 'universal' && node.tag === TAG.generalizedTime;
  const short = isUtc && /^\d{12}Z$/.test(digits);
  if (!short && !(isGeneralized && /^\d{14}Z$/.test(digits))) {
    throw new MalformedInput(`expected ${name}, found ${describeTag(node)}`, node.offset);
  }
  // RFC 5280, 4.1.2.5.1: two-digit years from 50 on are of the twentieth century.
  const full = short ? (digits >= '50' ? '19' : '20') + digits : digits;
  const part = (at: number): string => full.slice(at, at + 2);
  const iso = `${full.slice(0, 4)}-${part(4)}-${part(6)}T${part(8)}:${part(10)}:${part(12)}Z`;
  const at = Date.parse(iso);
  if (Number.isNaN(at)) throw new MalformedInput(`${name} is no date: ${digits}`, node.offset);
  return at;
}

/** `[class tag]` of an element, for messages. */
export function describeTag(node: DerNode): string {
  return `${node.tagClass} tag ${node.tag}${node.constructed ? ' (constructed)' : ''}`;
}

function wholeNumber(node: DerNode): bigint {
  const { content } = node;
  const [first, second] = content;
  if (first === undefined) throw new MalformedInput('an INTEGER without octets', node.offset);
  const negative = (first & 0x80) !== 0;
  const padded = second !== undefined && (negative ? first === 0xff : first === 0);
  if (padded && ((second & 0x80) !== 0) === negative) {
    throw new MalformedInput('INTEGER is not in its shortest form', node.offset);
  }
  const magnitude = BigInt(`0x${toHex(content)}`);
  return negative ? magnitude - (1n << BigInt(content.length * 8)) : magnitude;
}

function latin(node: DerNode): string | null {
  const oneByte: readonly number[] = [TAG.printableString, TAG.ia5String, TAG.t61String];
  if (oneByte.includes(node.tag)) return String.fromCharCode(...node.content);
  if (node.tag !== TAG.bmpString || node.content.length % 2 !== 0) return null;
  let text = '';
  for (let at = 0; at < node.content.length; at += 2) {
    text += String.fromCharCode(((node.content[at] ?? 0) << 8) | (node.content[at + 1] ?? 0));
  }
  return text;
}
