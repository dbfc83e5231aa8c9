import { MalformedInput } from './parsed.js';

/** The two bits of a tag's class (ITU-T X.690, 8.1.2.2). */
export type TagClass = 'universal' | 'application' | 'context' | 'private';

const CLASSES: readonly TagClass[] = ['universal', 'application', 'context', 'private'];

/** Universal tag numbers that the formats here use. */
export const TAG = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  oid: 6,
  enumerated: 10,
  utf8String: 12,
  sequence: 16,
  set: 17,
  printableString: 19,
  t61String: 20,
  ia5String: 22,
  utcTime: 23,
  generalizedTime: 24,
  bmpString: 30,
} as const;

/** One element of a DER encoding: a view on the input, nothing copied. */
export interface DerNode {
  readonly tagClass: TagClass;
  readonly constructed: boolean;
  readonly tag: number;
  /** Offset of the identifier octet in the whole input. */
  readonly offset: number;
  /** Identifier, length and content. */
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
  /** Offset of the content in the whole input. */
  readonly contentOffset: number;
}

/** Deeper than any certificate or key description goes; bounds recursion on hostile input. */
const MAX_DEPTH = 32;

/** The single element that `bytes` hold; bytes after it are malformed. */
export function readDer(bytes: Uint8Array, baseOffset = 0): DerNode {
  const node = readNode(bytes, 0, baseOffset);
  if (node.raw.length !== bytes.length) {
    throw new MalformedInput(
      `${bytes.length - node.raw.length} bytes after the element`,
      baseOffset + node.raw.length,
    );
  }
  return node;
}

/** The elements inside a constructed one, in order. */
export function children(node: DerNode): readonly DerNode[] {
  if (!node.constructed) throw new MalformedInput('a primitive element has no parts', node.offset);
  return readAll(node.content, node.contentOffset);
}

/** The elements that follow one another in `bytes`, which they fill. */
export function readAll(bytes: Uint8Array, baseOffset = 0): readonly DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length;) {
    const node = readNode(bytes, at, baseOffset);
    nodes.push(node);
    at += node.raw.length;
  }
  return nodes;
}

/** Refuses nesting past what the formats need; call once on untrusted input. */
export function assertDepth(node: DerNode, depth = 0): void {
  if (depth > MAX_DEPTH) throw new MalformedInput('nested too deeply', node.offset);
  if (node.constructed) for (const child of children(node)) assertDepth(child, depth + 1);
}

function readNode(bytes: Uint8Array, at: number, baseOffset: number): DerNode {
  const first = octet(bytes, at, baseOffset);
  let tag = first & 0x1f;
  let next = at + 1;
  if (tag === 0x1f) {
    const long = readLongTag(bytes, next, baseOffset);
    tag = long.tag;
    next = long.next;
  }
  const { length, next: contentAt } = readLength(bytes, next, baseOffset);
  const end = contentAt + length;
  if (end > bytes.length) {
    throw new MalformedInput(
      `length ${length} runs past the end by ${end - bytes.length} bytes`,
      baseOffset + next,
    );
  }
  const tagClass = CLASSES[first >> 6];
  if (tagClass === undefined) throw new MalformedInput('no such tag class', baseOffset + at);
  return {
    tagClass,
    constructed: (first & 0x20) !== 0,
    tag,
    offset: baseOffset + at,
    raw: bytes.subarray(at, end),
    content: bytes.subarray(contentAt, end),
    contentOffset: baseOffset + contentAt,
  };
}

// X.690 8.1.2.4: base 128, most significant first, no leading zero, and only for numbers of 31 and up.
function readLongTag(bytes: Uint8Array, at: number, baseOffset: number) {
  let tag = 0;
  for (let next = at; ; next++) {
    const value = octet(bytes, next, baseOffset);
    if (next === at && value === 0x80) {
      throw new MalformedInput('tag number is not in its shortest form', baseOffset + at);
    }
    tag = tag * 128 + (value & 0x7f);
    if (tag > 0xff_ffff) throw new MalformedInput('tag number too large', baseOffset + at);
    if ((value & 0x80) === 0) {
      if (tag < 0x1f) {
        throw new MalformedInput('tag number is not in its shortest form', baseOffset + at);
      }
      return { tag, next: next + 1 };
    }
  }
}

// X.690 10.1: definite, in the fewest octets.
function readLength(bytes: Uint8Array, at: number, baseOffset: number) {
  const first = octet(bytes, at, baseOffset);
  if (first < 0x80) return { length: first, next: at + 1 };
  const count = first & 0x7f;
  if (count === 0) throw new MalformedInput('indefinite length is not DER', baseOffset + at);
  if (count > 4) throw new MalformedInput('length too large', baseOffset + at);
  let length = 0;
  for (let index = 1; index <= count; index++) {
    length = length * 256 + octet(bytes, at + index, baseOffset);
  }
  if (length < 0x80 || length < 256 ** (count - 1)) {
    throw new MalformedInput('length is not in its shortest form', baseOffset + at);
  }
  return { length, next: at + 1 + count };
}

function octet(bytes: Uint8Array, at: number, baseOffset: number): number {
  const value = bytes[at];
  if (value === undefined) throw new MalformedInput('ends too early', baseOffset + at);
  return value;
}
