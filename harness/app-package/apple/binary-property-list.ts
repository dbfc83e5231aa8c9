import { MalformedInput } from '../../encoding/parsed.js';
import { ByteReader } from '../byte-reader.js';
import type { PropertyValue } from './property-list.js';

const TRAILER_LENGTH = 32;
const MAGIC_LENGTH = 8;
const MAX_DEPTH = 64;
/** Objects may be used many times over, which in a hostile list doubles at every level. */
const MAX_VALUES = 100_000;
/** Seconds from 1970 to 2001, when Apple's time begins. */
const EPOCH_SECONDS = 978_307_200;

/**
 * Reads a binary property list (`bplist00`); throws MalformedInput. A reader of our own, since those
 * of libraries follow shared objects without a bound.
 */
export function readBinaryPropertyList(bytes: Uint8Array): PropertyValue {
  return new BinaryReader(bytes).root();
}

class BinaryReader {
  readonly #bytes: Uint8Array;
  readonly #whole: ByteReader;
  readonly #offsetSize: number;
  readonly #refSize: number;
  readonly #count: number;
  readonly #top: number;
  readonly #tableAt: number;
  #visited = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#whole = new ByteReader(bytes, 'big');
    const trailerAt = bytes.length - TRAILER_LENGTH;
    if (trailerAt < MAGIC_LENGTH)
      throw new MalformedInput('a property list is cut off', bytes.length);
    const trailer = this.#whole.from(trailerAt, 'the trailer');
    trailer.skip(6, 'the trailer');
    this.#offsetSize = trailer.u8('size of an offset');
    this.#refSize = trailer.u8('size of a reference');
    this.#count = trailer.u64('number of objects');
    this.#top = trailer.u64('root object');
    this.#tableAt = trailer.u64('offset table');
    if (this.#tableAt + this.#count * this.#offsetSize > trailerAt) {
      throw new MalformedInput(`${this.#count} objects do not fit`, trailerAt);
    }
  }

  root(): PropertyValue {
    return this.#object(this.#top, 0);
  }

  #object(index: number, depth: number): PropertyValue {
    this.#visited += 1;
    if (depth > MAX_DEPTH || this.#visited > MAX_VALUES) {
      throw new MalformedInput('more values than any property list has', this.#tableAt);
    }
    if (index >= this.#count)
      throw new MalformedInput(`object ${index} of ${this.#count}`, this.#tableAt);
    const entry = this.#whole.from(this.#tableAt + index * this.#offsetSize, 'an offset');
    const reader = this.#whole.from(unsigned(entry, this.#offsetSize), 'an object');
    const { offset } = reader;
    const marker = reader.u8('a marker');
    const low = marker & 0x0f;
    switch (marker >> 4) {
      case 0x0:
        return singleton(low, offset);
      case 0x1:
        return unsigned(reader, 2 ** low);
      case 0x2:
        return real(reader, 2 ** low);
      case 0x3:
        return new Date((EPOCH_SECONDS + real(reader, 8)) * 1000);
      case 0x4:
        return reader.bytes(length(reader, low), 'data');
      case 0x5:
        return new TextDecoder('latin1').decode(reader.bytes(length(reader, low), 'a text'));
      case 0x6:
        return new TextDecoder('utf-16be').decode(reader.bytes(2 * length(reader, low), 'a text'));
      case 0x8:
        return unsigned(reader, low + 1);
      case 0xa:
        return this.#array(reader, length(reader, low), depth);
      case 0xd:
        return this.#dictionary(reader, length(reader, low), depth);
      default:
        throw new MalformedInput(`an object of type 0x${marker.toString(16)}`, offset);
    }
  }

  #references(reader: ByteReader, count: number): readonly number[] {
    if (count * this.#refSize > this.#bytes.length) {
      throw new MalformedInput(`${count} references`, reader.offset);
    }
    return Array.from({ length: count }, () => unsigned(reader, this.#refSize));
  }

  #array(reader: ByteReader, count: number, depth: number): readonly PropertyValue[] {
    return this.#references(reader, count).map((index) => this.#object(index, depth + 1));
  }

  #dictionary(
    reader: ByteReader,
    count: number,
    depth: number,
  ): ReadonlyMap<string, PropertyValue> {
    const { offset } = reader;
    const keys = this.#references(reader, count);
    const values = this.#references(reader, count);
    const found = new Map<string, PropertyValue>();
    keys.forEach((keyIndex, at) => {
      const key = this.#object(keyIndex, depth + 1);
      if (typeof key !== 'string') throw new MalformedInput('a key that is no text', offset);
      if (found.has(key)) throw new MalformedInput(`the key ${key} is there twice`, offset);
      found.set(key, this.#object(values[at] ?? -1, depth + 1));
    });
    return found;
  }
}

function singleton(low: number, offset: number): boolean | null {
  if (low === 0) return null;
  if (low === 8) return false;
  if (low === 9) return true;
  throw new MalformedInput(`an object of type 0x0${low.toString(16)}`, offset);
}

function length(reader: ByteReader, low: number): number {
  if (low !== 0x0f) return low;
  const { offset } = reader;
  const marker = reader.u8('a length');
  if (marker >> 4 !== 0x1) throw new MalformedInput('a length that is no number', offset);
  return unsigned(reader, 2 ** (marker & 0x0f));
}

function unsigned(reader: ByteReader, size: number): number {
  const { offset } = reader;
  if (size < 1 || size > 16) throw new MalformedInput(`a number of ${size} bytes`, offset);
  let value = 0;
  for (const byte of reader.bytes(size, 'a number')) value = value * 256 + byte;
  if (!Number.isSafeInteger(value)) throw new MalformedInput('a number that is too large', offset);
  return value;
}

function real(reader: ByteReader, size: number): number {
  const { offset } = reader;
  const bytes = reader.bytes(size, 'a real number');
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  if (size === 4) return view.getFloat32(0);
  if (size === 8) return view.getFloat64(0);
  throw new MalformedInput(`a real number of ${size} bytes`, offset);
}
