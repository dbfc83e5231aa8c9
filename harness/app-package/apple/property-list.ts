import { parse, type PlistValue } from 'plist';
import { utf8Text } from '../../encoding/bytes.js';
import { MalformedInput } from '../../encoding/parsed.js';
import { readBinaryPropertyList } from './binary-property-list.js';

/** A value of a property list. */
export type PropertyValue =
  string | number | boolean | Date | Uint8Array | null | readonly PropertyValue[] | Properties;

/** A dictionary of a property list. A map, since any text can be a key. */
export type Properties = ReadonlyMap<string, PropertyValue>;

const BINARY_MAGIC = 'bplist';
const MAX_XML = 1_048_576;

/** Reads a property list whose root is a dictionary, binary or XML; throws MalformedInput. */
export function readProperties(
  bytes: Uint8Array,
  { maxXml = MAX_XML }: { readonly maxXml?: number } = {},
): Properties {
  const isBinary = new TextDecoder('latin1').decode(bytes.subarray(0, 6)) === BINARY_MAGIC;
  const value = isBinary ? readBinaryPropertyList(bytes) : readXml(bytes, maxXml);
  if (value instanceof Map) return value as Properties;
  throw new MalformedInput('a property list that is no dictionary', 0);
}

function readXml(bytes: Uint8Array, maxXml: number): PropertyValue {
  const text = bytes.length > maxXml ? null : utf8Text(bytes);
  if (text === null) throw new MalformedInput('no property list: neither binary nor UTF-8', 0);
  // The library also reads the OpenStep form, which no installer takes.
  const start = text.search(/[^\s\uFEFF]/);
  if (text[start] !== '<') throw new MalformedInput('no property list', Math.max(start, 0));
  try {
    return fromLibrary(parse(text));
  } catch (error) {
    // The library gives a line; an XML property list is text that people look into by lines.
    throw new MalformedInput(error instanceof Error ? error.message : String(error), 0);
  }
}

function fromLibrary(value: PlistValue): PropertyValue {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(fromLibrary);
  return new Map(Object.entries(value).map(([key, inner]) => [key, fromLibrary(inner)]));
}

/** The text of a key; null where it is missing or something else. */
export function textAt(properties: Properties, key: string): string | null {
  const value = properties.get(key);
  return typeof value === 'string' ? value : null;
}

/** The texts of a list; empty where there is none. */
export function textsAt(properties: Properties, key: string): readonly string[] {
  const value = properties.get(key);
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** The dictionary of a key; null where it is missing or something else. */
export function dictionaryAt(properties: Properties, key: string): Properties | null {
  const value = properties.get(key);
  return value instanceof Map ? (value as Properties) : null;
}
