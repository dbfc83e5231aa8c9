import { concatBytes } from '../../harness/encoding/bytes.js';
import { children, readDer, type DerNode } from '../../harness/encoding/der.js';
import { MalformedInput } from '../../harness/encoding/parsed.js';
import type { TreeCodec, TreeNode } from './tree.js';

const OCTET_STRING = 0x04;
const NOTHING = new Uint8Array();

/** DER as trees, through the OCTET STRINGs that hold DER themselves, as extensions do. */
export const derTree: TreeCodec = {
  parse(bytes) {
    try {
      return treeOf(readDer(bytes));
    } catch (error) {
      if (error instanceof MalformedInput) return null;
      throw error;
    }
  },
  encode: written,
};

function treeOf(node: DerNode): TreeNode {
  const type = node.raw[0] ?? 0;
  const identifier = identifierOf(node);
  const shared = { type, head: 'shortest' as const, prefix: identifier.subarray(1) };
  if (node.constructed) {
    return { ...shared, parts: children(node).map(treeOf), content: NOTHING };
  }
  const nested = type === OCTET_STRING ? derTree.parse(node.content) : null;
  if (nested !== null) return { ...shared, parts: [nested], content: NOTHING };
  return { ...shared, parts: null, content: node.content };
}

// The identifier octets beyond the first, of tags of 31 and up.
function identifierOf(node: DerNode): Uint8Array {
  if (node.tag < 0x1f) return node.raw.subarray(0, 1);
  let length = 2;
  while (((node.raw[length - 1] ?? 0) & 0x80) !== 0) length += 1;
  return node.raw.subarray(0, length);
}

function written(node: TreeNode): Uint8Array {
  const content = node.parts === null ? node.content : concatBytes(...node.parts.map(written));
  const identifier = concatBytes(Uint8Array.of(node.type), node.prefix);
  switch (node.head) {
    case 'shortest':
      return concatBytes(identifier, shortest(content.length), content);
    case 'longer':
      return concatBytes(identifier, Uint8Array.of(0x84, ...four(content.length)), content);
    case 'indefinite':
      return concatBytes(identifier, Uint8Array.of(0x80), content, new Uint8Array(2));
    case 'lying':
      return concatBytes(identifier, Uint8Array.of(0x84, 0x7f, 0xff, 0xff, 0xff), content);
  }
}

function shortest(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets = four(length);
  const from = octets.findIndex((octet) => octet !== 0);
  return Uint8Array.of(0x80 | (4 - from), ...octets.slice(from));
}

function four(length: number): readonly number[] {
  return [24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff);
}
