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
  /** The elements inside; throws `MalformedInput` where there are none to be had. */
  parts(): readonly DerNode[];
}

// A view costs as much as reading an element does, and of most elements nobody wants one: the
// views are made when they are asked for.
class Element implements DerNode {
  readonly tagClass: TagClass;
  readonly constructed: boolean;
  readonly tag: number;
  readonly end: number;
  readonly #input: Input;
  readonly #at: number;
  readonly #contentAt: number;

  constructor(
    input: Input,
    place: { readonly at: number; readonly contentAt: number; readonly end: number },
    identifier: {
      readonly tagClass: TagClass;
      readonly constructed: boolean;
      readonly tag: number;
    },
  ) {
    this.tagClass = identifier.tagClass;
    this.constructed = identifier.constructed;
    this.tag = identifier.tag;
    this.#input = input;
    this.#at = place.at;
    this.#contentAt = place.contentAt;
    this.end = place.end;
  }

  get offset(): number {
    return this.#input.baseOffset + this.#at;
  }

  get contentOffset(): number {
    return this.#input.baseOffset + this.#contentAt;
  }

  get raw(): Uint8Array {
    return this.#input.bytes.subarray(this.#at, this.end);
  }

  get content(): Uint8Array {
    return this.#input.bytes.subarray(this.#contentAt, this.end);
  }

  parts(): readonly DerNode[] {
    if (!this.constructed) {
      throw new MalformedInput('a primitive element has no parts', this.offset);
    }
    return readElements(this.#input, this.#contentAt, this.end);
  }
}

/** Bytes, and where they stand in the whole input. */
interface Input {
  readonly bytes: Uint8Array;
  readonly baseOffset: number;
}

/** Deeper than any certificate or key description goes; bounds recursion on hostile input. */
const MAX_DEPTH = 32;

/** The single element that `bytes` hold; bytes after it are malformed. */
export function readDer(bytes: Uint8Array, baseOffset = 0): DerNode {
  const element = readElement({ bytes, baseOffset }, 0, bytes.length);
  if (element.end !== bytes.length) {
    throw new MalformedInput(
      `${bytes.length - element.end} bytes after the element`,
      baseOffset + element.end,
    );
  }
  return element;
}

/** The elements inside a constructed one, in order. */
export function children(node: DerNode): readonly DerNode[] {
  return node.parts();
}

/** Refuses nesting past what the formats need; call once on untrusted input. */
export function assertDepth(node: DerNode, depth = 0): void {
  if (depth > MAX_DEPTH) throw new MalformedInput('nested too deeply', node.offset);
  if (node.constructed) for (const child of children(node)) assertDepth(child, depth + 1);
}

function readElements(input: Input, from: number, end: number): readonly DerNode[] {
  const elements: Element[] = [];
  for (let at = from; at < end;) {
    const element = readElement(input, at, end);
    elements.push(element);
    at = element.end;
  }
  return elements;
}

// Nothing is read at or past `limit`, where the element around this one ends.
function readElement(input: Input, at: number, limit: number): Element {
  const first = octet(input, at, limit);
  let tag = first & 0x1f;
  let next = at + 1;
  if (tag === 0x1f) {
    const long = readLongTag(input, next, limit);
    tag = long.tag;
    next = long.next;
  }
  const { length, next: contentAt } = readLength(input, next, limit);
  const end = contentAt + length;
  if (end > limit) {
    throw new MalformedInput(
      `length ${length} runs past the end by ${end - limit} bytes`,
      input.baseOffset + next,
    );
  }
  const tagClass = CLASSES[first >> 6];
  if (tagClass === undefined) throw new MalformedInput('no such tag class', input.baseOffset + at);
  const constructed = (first & 0x20) !== 0;
  return new Element(input, { at, contentAt, end }, { tagClass, constructed, tag });
}

// X.690 8.1.2.4: base 128, most significant first, no leading zero, and only for numbers of 31 and up.
function readLongTag(input: Input, at: number, limit: number) {
  const { baseOffset } = input;
  let tag = 0;
  for (let next = at; ; next++) {
    const value = octet(input, next, limit);
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
function readLength(input: Input, at: number, limit: number) {
  const { baseOffset } = input;
  const first = octet(input, at, limit);
  if (first < 0x80) return { length: first, next: at + 1 };
  const count = first & 0x7f;
  if (count === 0) throw new MalformedInput('indefinite length is not DER', baseOffset + at);
  if (count > 4) throw new MalformedInput('length too large', baseOffset + at);
  let length = 0;
  for (let index = 1; index <= count; index++) {
    length = length * 256 + octet(input, at + index, limit);
  }
  if (length < 0x80 || length < 256 ** (count - 1)) {
    throw new MalformedInput('length is not in its shortest form', baseOffset + at);
  }
  return { length, next: at + 1 + count };
}

function octet({ bytes, baseOffset }: Input, at: number, limit: number): number {
  const value = at < limit ? bytes[at] : undefined;
  if (value === undefined) throw new MalformedInput('ends too early', baseOffset + at);
  return value;
}
