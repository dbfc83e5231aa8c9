import { concatBytes, utf8 } from '../../encoding/bytes.js';
import { littleEndian as le } from './little-endian.js';

/** An attribute to write: text, or a typed value. */
export interface NewAttribute {
  readonly name: string;
  /** Id in `android.R.attr`; without one the attribute has no namespace. */
  readonly id?: number;
  readonly value: string | boolean | number | { readonly reference: number };
}

/** An element to write. */
export interface NewElement {
  readonly name: string;
  readonly attributes?: readonly NewAttribute[];
  readonly children?: readonly (NewElement | string)[];
}

const NAMESPACE = 'http://schemas.android.com/apk/res/android';
const NONE = 0xffff_ffff;

/** Writes Android's binary XML, as the tests' own compiler. */
export function writeBinaryXml(root: NewElement, { isUtf8 = false } = {}): Uint8Array {
  // Names with an id come first: the resource map lists ids by the index of the name.
  const known = elementsOf(root).flatMap(({ attributes = [] }) =>
    attributes.filter(({ id }) => id !== undefined),
  );
  const ids = new Map(known.map(({ name, id }) => [name, id ?? 0]));
  const strings = new Strings([...ids.keys()]);
  const body = writeElement(root, strings);
  const map = chunk(0x0180, new Uint8Array(), le(4, ...ids.values()));
  return chunk(0x0003, new Uint8Array(), strings.write(isUtf8), map, body);
}

/** A chunk: type, header and body. */
export function chunk(
  type: number,
  header: Uint8Array,
  ...body: readonly Uint8Array[]
): Uint8Array {
  const content = concatBytes(...body);
  const size = 8 + header.length + content.length;
  return concatBytes(le(2, type, 8 + header.length), le(4, size), header, content);
}

/** Strings in the order in which they were first wanted. */
export class Strings {
  readonly #list: string[];

  constructor(first: readonly string[] = []) {
    this.#list = [...first];
  }

  index(text: string): number {
    const found = this.#list.indexOf(text);
    return found >= 0 ? found : this.#list.push(text) - 1;
  }

  write(isUtf8: boolean): Uint8Array {
    const encoded = this.#list.map((text) => (isUtf8 ? encodeUtf8(text) : encodeUtf16(text)));
    let at = 0;
    const offsets = encoded.map((bytes) => (at += bytes.length) - bytes.length);
    const texts = concatBytes(...encoded);
    const padding = new Uint8Array((4 - (texts.length % 4)) % 4);
    const start = 28 + 4 * offsets.length;
    const header = le(4, offsets.length, 0, isUtf8 ? 0x100 : 0, start, 0);
    return chunk(0x0001, header, le(4, ...offsets), texts, padding);
  }
}

function writeElement(element: NewElement, strings: Strings): Uint8Array {
  const { name, attributes = [], children = [] } = element;
  const start = concatBytes(
    le(4, NONE, strings.index(name)),
    le(2, 20, 20, attributes.length, 0, 0, 0),
    ...attributes.map((attribute) => writeAttribute(attribute, strings)),
  );
  const inner = children.map((child) =>
    typeof child === 'string'
      ? node(0x0104, concatBytes(le(4, strings.index(child)), typed(3, strings.index(child))))
      : writeElement(child, strings),
  );
  const end = le(4, NONE, strings.index(name));
  return concatBytes(node(0x0102, start), ...inner, node(0x0103, end));
}

function writeAttribute({ name, id, value }: NewAttribute, strings: Strings): Uint8Array {
  const namespace = id === undefined ? NONE : strings.index(NAMESPACE);
  const raw = typeof value === 'string' ? strings.index(value) : NONE;
  return concatBytes(le(4, namespace, strings.index(name), raw), writeValue(value, strings));
}

/** A Res_value. */
export function writeValue(value: NewAttribute['value'], strings: Strings): Uint8Array {
  if (typeof value === 'string') return typed(0x03, strings.index(value));
  if (typeof value === 'boolean') return typed(0x12, value ? NONE : 0);
  if (typeof value === 'number') return typed(0x10, value);
  return typed(0x01, value.reference);
}

function typed(type: number, number: number): Uint8Array {
  return concatBytes(le(2, 8), Uint8Array.of(0, type), le(4, number));
}

function node(type: number, body: Uint8Array): Uint8Array {
  return chunk(type, le(4, 1, NONE), body);
}

function elementsOf(element: NewElement): readonly NewElement[] {
  const children = (element.children ?? []).filter((child) => typeof child !== 'string');
  return [element, ...children.flatMap(elementsOf)];
}

function encodeUtf16(text: string): Uint8Array {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return le(2, text.length, ...units, 0);
}

function encodeUtf8(text: string): Uint8Array {
  const bytes = utf8(text);
  const length = (size: number): readonly number[] =>
    size < 0x80 ? [size] : [0x80 | (size >> 8), size & 0xff];
  return concatBytes(
    Uint8Array.from([...length(text.length), ...length(bytes.length)]),
    bytes,
    Uint8Array.of(0),
  );
}
