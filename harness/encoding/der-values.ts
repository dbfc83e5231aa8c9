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
  const value = integer(node, name);
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
  const arcs: bigint[] = [];
  let arc = 0n;
  let fresh = true;
  for (const value of content) {
    if (fresh && value === 0x80) throw new MalformedInput(`${name} is padded`, node.offset);
    arc = arc * 128n + BigInt(value & 0x7f);
    fresh = (value & 0x80) === 0;
    if (fresh) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const first = arcs[0];
  if (first === undefined || !fresh) throw new MalformedInput(`${name} is cut off`, node.offset);
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...arcs.slice(1)].join('.');
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
  const iso = full.replace(/^(.{4})(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
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
