import { children, readDer, TAG, type DerNode } from '../../encoding/der.js';
import { lenientBoolean, sequence, smallInteger, text } from '../../encoding/der-values.js';
import { MalformedInput } from '../../encoding/parsed.js';
import type { Properties, PropertyValue } from './property-list.js';

const MAX_DEPTH = 16;
const DICTIONARY_TAG = 16;

/**
 * Reads entitlements in Apple's DER form: `[APPLICATION 16] { INTEGER 1, [16] { SEQUENCE { key,
 * value } ... } }`. Throws MalformedInput.
 */
export function readDerEntitlements(bytes: Uint8Array): Properties {
  const root = readDer(bytes);
  if (root.tagClass !== 'application' || root.tag !== DICTIONARY_TAG) {
    throw new MalformedInput('no entitlements', root.offset);
  }
  const [version, dictionary, ...more] = children(root);
  if (version === undefined || dictionary === undefined || more.length > 0) {
    throw new MalformedInput('entitlements have a version and a dictionary', root.offset);
  }
  if (smallInteger(version, 'the version') !== 1) {
    throw new MalformedInput('entitlements of another version', version.offset);
  }
  return readDictionary(dictionary, 0);
}

function readDictionary(node: DerNode, depth: number): Properties {
  if (!isDictionary(node)) throw new MalformedInput('expected a dictionary', node.offset);
  const properties = new Map<string, PropertyValue>();
  for (const pair of children(node)) {
    const [keyNode, value, ...more] = sequence(pair, 'a pair');
    if (keyNode === undefined || value === undefined || more.length > 0) {
      throw new MalformedInput('a pair has a key and a value', pair.offset);
    }
    const key = text(keyNode, 'a key');
    if (properties.has(key)) throw new MalformedInput(`the key ${key} is there twice`, pair.offset);
    properties.set(key, readValue(value, depth + 1));
  }
  return properties;
}

function readValue(node: DerNode, depth: number): PropertyValue {
  if (depth > MAX_DEPTH) throw new MalformedInput('nested too deeply', node.offset);
  if (isDictionary(node)) return readDictionary(node, depth);
  if (node.tagClass !== 'universal') throw new MalformedInput('an unknown value', node.offset);
  if (node.tag === TAG.boolean) return lenientBoolean(node);
  if (node.tag === TAG.integer) return smallInteger(node);
  if (node.tag === TAG.sequence) return children(node).map((inner) => readValue(inner, depth + 1));
  return text(node, 'a text');
}

function isDictionary(node: DerNode): boolean {
  return node.tagClass === 'context' && node.tag === DICTIONARY_TAG;
}
