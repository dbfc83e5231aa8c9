import { MalformedInput } from '../../encoding/parsed.js';
import { ByteReader } from '../byte-reader.js';
import { CHUNK, readChunk, readChunks, type Chunk } from './chunk.js';
import { readResourceValue, type ResourceValue } from './resource-value.js';
import { StringPool } from './string-pool.js';

/** An attribute. */
export interface XmlAttribute {
  readonly namespace: string | null;
  readonly name: string;
  /** Id of the attribute's resource, by which Android knows it whatever its name is; null without. */
  readonly id: number | null;
  readonly value: ResourceValue;
}

/** An element. */
export interface XmlElement {
  readonly name: string;
  readonly offset: number;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** All text directly inside. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly offset: number;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlElement[];
  text: string;
}

const MAX_DEPTH = 128;
const MAX_ELEMENTS = 200_000;
const ATTRIBUTE_LENGTH = 20;

/** Reads Android's binary XML; throws MalformedInput. Whoever has text instead has no package. */
export function readBinaryXml(bytes: Uint8Array): XmlElement {
  const document = readChunk(new ByteReader(bytes, 'little'));
  if (document.type !== CHUNK.xml) {
    throw new MalformedInput(`no binary XML: chunk type ${document.type}`, document.offset);
  }
  const [pool, ...chunks] = readChunks(document.body());
  if (pool === undefined) throw new MalformedInput('binary XML without strings', document.offset);
  return new TreeReader(new StringPool(pool)).read(chunks);
}

/** Everything below an element and the element itself, in order. */
export function* descendants(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) yield* descendants(child);
}

class TreeReader {
  readonly #strings: StringPool;
  readonly #open: OpenElement[] = [];
  #ids: readonly number[] = [];
  #count = 0;
  #root: XmlElement | null = null;

  constructor(strings: StringPool) {
    this.#strings = strings;
  }

  read(chunks: readonly Chunk[]): XmlElement {
    for (const chunk of chunks) this.#take(chunk);
    const [unclosed] = this.#open;
    if (unclosed !== undefined)
      throw new MalformedInput(`<${unclosed.name}> stays open`, unclosed.offset);
    if (this.#root === null) throw new MalformedInput('no element', 0);
    return this.#root;
  }

  #take(chunk: Chunk): void {
    if (chunk.type === CHUNK.xmlResourceMap) this.#ids = readIds(chunk);
    else if (chunk.type === CHUNK.xmlStartElement) this.#begin(chunk);
    else if (chunk.type === CHUNK.xmlEndElement) this.#end(chunk);
    else if (chunk.type === CHUNK.xmlText) this.#addText(chunk);
    // Namespaces are named by every attribute again, and unknown chunks are skipped as Android does.
  }

  #begin(chunk: Chunk): void {
    this.#count += 1;
    if (this.#open.length >= MAX_DEPTH || this.#count > MAX_ELEMENTS) {
      throw new MalformedInput('more elements than any app has', chunk.offset);
    }
    if (this.#root !== null) throw new MalformedInput('a second root element', chunk.offset);
    const body = chunk.body();
    body.skip(4, 'namespace');
    const name = this.#strings.at(body.u32('name'));
    const start = body.u16('start of the attributes');
    const length = body.u16('length of an attribute');
    const count = body.u16('number of attributes');
    if (length < ATTRIBUTE_LENGTH)
      throw new MalformedInput(`attributes of ${length} bytes`, chunk.offset);
    const list = body.from(start, 'the attributes');
    const attributes = Array.from({ length: count }, () =>
      this.#attribute(list.part(length, 'an attribute')),
    );
    this.#open.push({ name, offset: chunk.offset, attributes, children: [], text: '' });
  }

  #attribute(reader: ByteReader): XmlAttribute {
    const namespace = this.#strings.optional(reader.u32('namespace'));
    const index = reader.u32('name');
    const raw = this.#strings.optional(reader.u32('raw value'));
    const typed = readResourceValue(reader, this.#strings);
    const value: ResourceValue =
      raw !== null && typed.type === 'other' ? { type: 'text', text: raw } : typed;
    return { namespace, name: this.#strings.at(index), id: this.#ids[index] ?? null, value };
  }

  #end(chunk: Chunk): void {
    const body = chunk.body();
    body.skip(4, 'namespace');
    const name = this.#strings.at(body.u32('name'));
    const element = this.#open.pop();
    if (element?.name !== name) {
      throw new MalformedInput(`</${name}> ends <${element?.name ?? 'nothing'}>`, chunk.offset);
    }
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }

  #addText(chunk: Chunk): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += this.#strings.at(chunk.body().u32('text'));
  }
}

function readIds(chunk: Chunk): readonly number[] {
  const body = chunk.body();
  return Array.from({ length: Math.floor(body.left / 4) }, () => body.u32('an attribute id'));
}
