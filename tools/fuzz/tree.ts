import { concatBytes } from '../../harness/encoding/bytes.js';
import type { Random } from './random.js';

/** A node of an encoding that can be changed and written again with lengths that fit. */
export interface TreeNode {
  /** The identifier octet of DER, or the first byte of a CBOR head without its argument. */
  type: number;
  /** Null for a node with content of its own. */
  parts: TreeNode[] | null;
  content: Uint8Array;
  /** Bytes in front of the parts, such as the count of spare bits of a BIT STRING. */
  prefix: Uint8Array;
  /** How the head is written. */
  head: 'shortest' | 'longer' | 'indefinite' | 'lying';
}

/** Reads and writes one encoding as trees. */
export interface TreeCodec {
  /** Null where the bytes are not of this encoding. */
  parse(bytes: Uint8Array): TreeNode | null;
  encode(node: TreeNode): Uint8Array;
}

/** The bytes with one node of their tree changed; any bytes at all where they are no tree. */
export function mutateTree(bytes: Uint8Array, codec: TreeCodec, random: Random): Uint8Array {
  const tree = codec.parse(bytes);
  if (tree === null || random.below(8) === 0) return mutateBytes(bytes, random);
  const all = nodesOf(tree);
  const rounds = 1 + random.below(2);
  for (let round = 0; round < rounds; round += 1) mutateNode(all, random);
  return codec.encode(tree);
}

/** The bytes with some changed, cut out or put in, whatever they mean. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(5)) {
    case 0:
      return before;
    case 1:
      return concatBytes(before, random.bytes(1 + random.below(8)), after);
    case 2:
      return concatBytes(before, after.subarray(1 + random.below(8)));
    case 3:
      return concatBytes(bytes, random.bytes(1));
    default:
      return concatBytes(before, flipped(after, random));
  }
}

/** Every node of a tree, the root first. */
export function nodesOf(tree: TreeNode): readonly TreeNode[] {
  return [tree, ...(tree.parts ?? []).flatMap(nodesOf)];
}

function mutateNode(all: readonly TreeNode[], random: Random): void {
  const node = random.pick(all);
  const { parts } = node;
  if (parts !== null && parts.length > 0 && random.below(2) === 0) mutateParts(parts, random);
  else mutateAlone(node, { all, random });
}

function mutateParts(parts: TreeNode[], random: Random): void {
  const at = random.below(parts.length);
  const part = random.pick(parts);
  switch (random.below(4)) {
    case 0:
      parts.splice(at, 1);
      break;
    case 1:
      // The same object twice is written twice; what changes in it later changes in both.
      parts.splice(at, 0, structuredClone(part));
      break;
    case 2:
      parts.reverse();
      break;
    default:
      parts.push(structuredClone(part));
  }
}

function mutateAlone(
  node: TreeNode,
  { all, random }: { readonly all: readonly TreeNode[]; readonly random: Random },
): void {
  switch (random.below(8)) {
    case 0:
      node.type ^= 1 << random.below(8);
      break;
    case 1:
      node.head = random.pick(['longer', 'indefinite', 'lying']);
      break;
    case 2:
      Object.assign(node, structuredClone(random.pick(all)));
      break;
    case 3:
      Object.assign(node, { parts: null, content: new Uint8Array() });
      break;
    case 4:
      Object.assign(node, { parts: null, content: random.bytes(random.below(40)) });
      break;
    default:
      if (node.parts === null) node.content = edited(node.content, random);
      else node.prefix = random.bytes(random.below(3));
  }
}

function edited(content: Uint8Array, random: Random): Uint8Array {
  if (content.length === 0) return random.bytes(1);
  switch (random.below(4)) {
    case 0:
      return content.map(() => random.pick([0, 0x7f, 0x80, 0xff]));
    case 1:
      return concatBytes(content, random.bytes(1));
    case 2:
      return content.subarray(1);
    default:
      return flipped(content, random);
  }
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return random.bytes(1);
  const at = random.below(bytes.length);
  const bit = 1 << random.below(8);
  return bytes.map((byte, index) => (index === at ? byte ^ bit : byte));
}
