import { MalformedInput } from '../../encoding/parsed.js';
import type { ByteReader } from '../byte-reader.js';
import { CHUNK, type Chunk } from './chunk.js';

const UTF8_FLAG = 0x100;
const MAX_STRINGS = 2_000_000;

/** A string pool of Android's binary resources (ResStringPool_header). Texts are decoded when asked for. */
export class StringPool {
  readonly #chunk: Chunk;
  readonly #offsets: readonly number[];
  readonly #stringsAt: number;
  readonly #isUtf8: boolean;

  constructor(chunk: Chunk) {
    if (chunk.type !== CHUNK.stringPool) {
      throw new MalformedInput(
        `expected a string pool, found chunk type ${chunk.type}`,
        chunk.offset,
      );
    }
    const header = chunk.header();
    const count = header.u32('string count');
    header.skip(4, 'style count');
    const flags = header.u32('flags');
    const stringsAt = header.u32('offset of the strings');
    if (count > MAX_STRINGS) throw new MalformedInput(`${count} strings`, chunk.offset);
    const body = chunk.body();
    this.#chunk = chunk;
    this.#offsets = Array.from({ length: count }, () => body.u32('offset of a string'));
    this.#stringsAt = stringsAt;
    this.#isUtf8 = (flags & UTF8_FLAG) !== 0;
  }

  /** The text of an index. */
  at(index: number): string {
    const offset = this.#offsets[index];
    if (offset === undefined) {
      throw new MalformedInput(`string ${index} of ${this.#offsets.length}`, this.#chunk.offset);
    }
    const reader = this.#chunk.whole().from(this.#stringsAt + offset, 'a string');
    return this.#isUtf8 ? readUtf8(reader) : readUtf16(reader);
  }

  /** The text of an index, or null for the index that stands for none. */
  optional(index: number): string | null {
    return index === 0xffff_ffff ? null : this.at(index);
  }
}

// Two lengths: of UTF-16 units, which nobody needs, and of bytes. Two bytes each where the first
// has its highest bit.
function readUtf8(reader: ByteReader): string {
  const length = (): number => {
    const first = reader.u8('a length');
    return (first & 0x80) === 0 ? first : ((first & 0x7f) << 8) | reader.u8('a length');
  };
  length();
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(reader.bytes(length(), 'a string'));
}

function readUtf16(reader: ByteReader): string {
  const first = reader.u16('a length');
  const units = (first & 0x8000) === 0 ? first : ((first & 0x7fff) << 16) | reader.u16('a length');
  return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(
    reader.bytes(units * 2, 'a string'),
  );
}
