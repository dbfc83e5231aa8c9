import { concatBytes, utf8 } from '../../harness/encoding/bytes.js';
import { readCbor, type CborNode } from '../../harness/encoding/cbor.js';
import { MalformedInput } from '../../harness/encoding/parsed.js';
import type { TreeCodec, TreeNode } from './tree.js';

const NOTHING = new Uint8Array();
const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5 } as const;

/** CBOR as trees: keys and values of a map are its parts, one after another. */
export const cborTree: TreeCodec = {
  parse(bytes) {
    try {
      return treeOf(readCbor(bytes));
    } catch (error) {
      if (error instanceof MalformedInput) return null;
      throw error;
    }
  },
  encode: written,
};

function treeOf(node: CborNode): TreeNode {
  const leaf = (type: number, content: Uint8Array): TreeNode => ({
    ...{ type, parts: null, content, prefix: NOTHING, head: 'shortest' },
  });
  switch (node.kind) {
    case 'array':
      return { ...leaf(MAJOR.array << 5, NOTHING), parts: node.items.map(treeOf) };
    case 'map':
      return {
        ...leaf(MAJOR.map << 5, NOTHING),
        parts: node.entries.flatMap(({ key, value }) => [treeOf(key), treeOf(value)]),
      };
    case 'bytes':
      return leaf(MAJOR.bytes << 5, node.value);
    case 'text':
      return leaf(MAJOR.text << 5, utf8(node.value));
    case 'integer':
    case 'boolean':
    case 'null':
      // Written as it stands: the head holds the value.
      return leaf(RAW, node.raw);
  }
}

/** No first byte of a head has this value, so it marks items that are written as they stand. */
const RAW = 0x1ff;

function written(node: TreeNode): Uint8Array {
  if (node.type === RAW) return node.content;
  const { parts } = node;
  const body = parts === null ? node.content : concatBytes(...parts.map(written));
  const major = (node.type >> 5) & 7;
  const count =
    parts === null ? body.length : major === MAJOR.map ? parts.length / 2 : parts.length;
  const head = headOf(major, { count: Math.floor(count), form: node.head });
  return concatBytes(head, node.prefix, body, node.head === 'indefinite' ? END : NOTHING);
}

const END = Uint8Array.of(0xff);

function headOf(
  major: number,
  { count, form }: { readonly count: number; readonly form: TreeNode['head'] },
): Uint8Array {
  const first = major << 5;
  const two = [count >>> 8, count & 0xff];
  switch (form) {
    case 'indefinite':
      return Uint8Array.of(first | 31);
    case 'longer':
      return Uint8Array.of(first | 26, 0, 0, ...two);
    case 'lying':
      return Uint8Array.of(first | 27, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff);
    case 'shortest':
      if (count < 24) return Uint8Array.of(first | count);
      return count < 256 ? Uint8Array.of(first | 24, count) : Uint8Array.of(first | 25, ...two);
  }
}
