import { Encoder } from 'cbor-x';
import { utf8Text } from './bytes.js';
import { MalformedInput } from './parsed.js';

interface CborItem {
  /** Offset of the item's first byte in the whole input. */
  readonly offset: number;
  /** The item as encoded. */
  readonly raw: Uint8Array;
}

/** One entry of a CBOR map. */
export interface CborEntry {
  readonly key: CborNode;
  readonly value: CborNode;
}

/** An integer of either sign. */
export type CborInteger = CborItem & { readonly kind: 'integer'; readonly value: bigint };

/** A map; its keys are integers or texts, each once. */
export type CborMap = CborItem & { readonly kind: 'map'; readonly entries: readonly CborEntry[] };

/** One data item of RFC 8949: a view on the input, nothing copied. */
export type CborNode =
  | CborInteger
  | CborMap
  | (CborItem & { readonly kind: 'bytes'; readonly value: Uint8Array })
  | (CborItem & { readonly kind: 'text'; readonly value: string })
  | (CborItem & { readonly kind: 'array'; readonly items: readonly CborNode[] })
  | (CborItem & { readonly kind: 'boolean'; readonly value: boolean })
  | (CborItem & { readonly kind: 'null' });

/** The kinds of item that the reader knows. */
export type CborKind = CborNode['kind'];

/** Deeper than any attestation goes; bounds recursion on hostile input. */
const MAX_DEPTH = 16;

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

interface Input {
  readonly bytes: Uint8Array;
  readonly baseOffset: number;
}

interface Head {
  readonly major: number;
  readonly argument: bigint;
  readonly next: number;
}

/**
 * The single item that `bytes` hold. Stricter than RFC 8949 asks of a decoder: tags, floats,
 * indefinite lengths, lengths that are not the shortest, repeated keys and bytes after the item are
 * malformed, since two readers may understand any of them differently.
 */
export function readCbor(bytes: Uint8Array, baseOffset = 0): CborNode {
  const node = readCborPrefix(bytes, baseOffset);
  const rest = bytes.length - node.raw.length;
  if (rest > 0) {
    throw new MalformedInput(`${rest} bytes after the item`, baseOffset + node.raw.length);
  }
  return node;
}

/** The item that `bytes` begin with; what follows is the caller's to judge. */
export function readCborPrefix(bytes: Uint8Array, baseOffset = 0): CborNode {
  return readItem({ bytes, baseOffset }, 0, 0);
}

/** Refuses an item of another kind. */
export function expectCbor<Kind extends CborKind>(
  node: CborNode,
  kind: Kind,
  name: string,
): Extract<CborNode, { kind: Kind }> {
  if (!isKind(node, kind)) {
    throw new MalformedInput(`${name}: expected ${kind}, found ${node.kind}`, node.offset);
  }
  return node;
}

/** The value under `key`, or undefined. */
export function optionalEntry(map: CborMap, key: string | bigint): CborNode | undefined {
  return map.entries.find((entry) => keyOf(entry.key) === key)?.value;
}

/** The value under `key`, which must be there. */
export function requiredEntry(map: CborMap, key: string | bigint): CborNode {
  const value = optionalEntry(map, key);
  if (value === undefined) throw new MalformedInput(`no entry ${key}`, map.offset);
  return value;
}

/** The bytes under `key`, which must be there. */
export function bytesEntry(map: CborMap, key: string | bigint): Uint8Array {
  return expectCbor(requiredEntry(map, key), 'bytes', `entry ${key}`).value;
}

/** The text under `key`, which must be there. */
export function textEntry(map: CborMap, key: string | bigint): string {
  return expectCbor(requiredEntry(map, key), 'text', `entry ${key}`).value;
}

/** Refuses every key that is not in `known`. */
export function onlyEntries(map: CborMap, known: readonly (string | bigint)[]): void {
  for (const { key } of map.entries) {
    const value = keyOf(key);
    if (!known.includes(value)) throw new MalformedInput(`unknown entry ${value}`, key.offset);
  }
}

// Without records and tags the library writes what `readCbor` reads.
const encoder = new Encoder({
  useRecords: false,
  mapsAsObjects: false,
  tagUint8Array: false,
  variableMapSize: true,
});

/** The encoding of maps, arrays, texts, bytes, integers, booleans and null. */
export function encodeCbor(value: unknown): Uint8Array {
  return new Uint8Array(encoder.encode(value));
}

function isKind<Kind extends CborKind>(
  node: CborNode,
  kind: Kind,
): node is Extract<CborNode, { kind: Kind }> {
  return node.kind === kind;
}

function keyOf(node: CborNode): string | bigint {
  if (node.kind === 'text' || node.kind === 'integer') return node.value;
  throw new MalformedInput('a map key is neither integer nor text', node.offset);
}

function readItem(input: Input, at: number, depth: number): CborNode {
  const offset = input.baseOffset + at;
  if (depth > MAX_DEPTH) throw new MalformedInput('nested too deeply', offset);
  const head = readHead(input, at);
  const item = (end: number) => ({ offset, raw: input.bytes.subarray(at, end) });
  switch (head.major) {
    case UNSIGNED:
      return { kind: 'integer', value: head.argument, ...item(head.next) };
    case NEGATIVE:
      return { kind: 'integer', value: -1n - head.argument, ...item(head.next) };
    case BYTES:
    case TEXT: {
      const value = slice(input, head);
      const raw = item(head.next + value.length);
      if (head.major === BYTES) return { kind: 'bytes', value, ...raw };
      const text = utf8Text(value);
      if (text === null) throw new MalformedInput('a text is not UTF-8', offset);
      return { kind: 'text', value: text, ...raw };
    }
    case ARRAY: {
      const { nodes, next } = readItems(input, head, { count: head.argument, depth });
      return { kind: 'array', items: nodes, ...item(next) };
    }
    case MAP: {
      const { nodes, next } = readItems(input, head, { count: head.argument * 2n, depth });
      return { kind: 'map', entries: pairs(nodes), ...item(next) };
    }
    case TAG:
      throw new MalformedInput('tags are not allowed', offset);
    default:
      return simpleValue(head, item(head.next));
  }
}

function simpleValue(head: Head, item: CborItem): CborNode {
  // RFC 8949, 3.3: 20 and 21 are false and true, 22 is null; each fits in the first byte.
  if (item.raw.length === 1) {
    if (head.argument === 20n) return { kind: 'boolean', value: false, ...item };
    if (head.argument === 21n) return { kind: 'boolean', value: true, ...item };
    if (head.argument === 22n) return { kind: 'null', ...item };
  }
  throw new MalformedInput('floats and simple values are not allowed', item.offset);
}

function readItems(
  input: Input,
  head: Head,
  size: { readonly count: bigint; readonly depth: number },
) {
  // An item takes a byte at least, so a count past the end is refused before anything is allocated.
  if (size.count > BigInt(input.bytes.length - head.next)) {
    throw new MalformedInput('ends too early', input.baseOffset + input.bytes.length);
  }
  const nodes: CborNode[] = [];
  let next = head.next;
  for (let left = Number(size.count); left > 0; left--) {
    const node = readItem(input, next, size.depth + 1);
    nodes.push(node);
    next += node.raw.length;
  }
  return { nodes, next };
}

function pairs(nodes: readonly CborNode[]): readonly CborEntry[] {
  const entries: CborEntry[] = [];
  const seen = new Set<string | bigint>();
  for (let index = 0; index + 1 < nodes.length; index += 2) {
    const [key, value] = [nodes[index], nodes[index + 1]];
    if (key === undefined || value === undefined) throw new Error('a map holds pairs');
    const name = keyOf(key);
    if (seen.has(name)) throw new MalformedInput(`entry ${name} is there twice`, key.offset);
    seen.add(name);
    entries.push({ key, value });
  }
  return entries;
}

// RFC 8949, 3: three bits of major type, then the argument in the byte or in 1, 2, 4 or 8 after it.
function readHead(input: Input, at: number): Head {
  const first = octet(input, at);
  const major = first >> 5;
  const short = first & 0x1f;
  if (short < 24) return { major, argument: BigInt(short), next: at + 1 };
  if (short > 27) {
    const what = short === 31 ? 'indefinite lengths are not allowed' : 'reserved length';
    throw new MalformedInput(what, input.baseOffset + at);
  }
  const size = 1 << (short - 24);
  let argument = 0n;
  for (let index = 1; index <= size; index++) {
    argument = argument * 256n + BigInt(octet(input, at + index));
  }
  const least = size === 1 ? 24n : 1n << BigInt(size * 4);
  // Major type 7 holds floats there, which the caller refuses by name.
  if (major < 7 && argument < least) {
    throw new MalformedInput('integer is not in its shortest form', input.baseOffset + at);
  }
  return { major, argument, next: at + 1 + size };
}

function slice(input: Input, head: Head): Uint8Array {
  if (head.argument > BigInt(input.bytes.length - head.next)) {
    throw new MalformedInput(
      `length ${head.argument} runs past the end`,
      input.baseOffset + head.next,
    );
  }
  return input.bytes.subarray(head.next, head.next + Number(head.argument));
}

function octet(input: Input, at: number): number {
  const value = input.bytes[at];
  if (value === undefined) throw new MalformedInput('ends too early', input.baseOffset + at);
  return value;
}
