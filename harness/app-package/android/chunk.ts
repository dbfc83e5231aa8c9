import { MalformedInput } from '../../encoding/parsed.js';
import type { ByteReader } from '../byte-reader.js';

/** Types of chunks of Android's binary resources, as `ResourceTypes.h` numbers them. */
export const CHUNK = {
  stringPool: 0x0001,
  table: 0x0002,
  xml: 0x0003,
  xmlStartNamespace: 0x0100,
  xmlEndNamespace: 0x0101,
  xmlStartElement: 0x0102,
  xmlEndElement: 0x0103,
  xmlText: 0x0104,
  xmlResourceMap: 0x0180,
  tablePackage: 0x0200,
  tableType: 0x0201,
  tableTypeSpec: 0x0202,
} as const;

/** A chunk: a type, a header of its own length and a body. */
export interface Chunk {
  readonly type: number;
  readonly offset: number;
  readonly headerLength: number;
  /** A reader of the header past the first eight bytes. */
  header(): ByteReader;
  /** A reader of what follows the header. */
  body(): ByteReader;
  /** A reader from the chunk's first byte on. */
  whole(): ByteReader;
}

const PREFIX = 8;

/** The next chunk; it must lie within what is left. */
export function readChunk(reader: ByteReader): Chunk {
  const { offset, left } = reader;
  if (left < PREFIX) throw new MalformedInput('a chunk is cut off', offset);
  const start = reader.from(reader.position, 'a chunk');
  const type = start.u16('chunk type');
  const headerLength = start.u16('header length');
  const length = start.u32('chunk length');
  if (headerLength < PREFIX || headerLength > length || length > left) {
    throw new MalformedInput(
      `a chunk of ${length} bytes, header ${headerLength}, in ${left}`,
      offset,
    );
  }
  const whole = reader.part(length, 'a chunk');
  return {
    ...{ type, offset, headerLength },
    whole: () => whole.from(0, 'a chunk'),
    header: () => whole.from(PREFIX, 'a header').part(headerLength - PREFIX, 'a header'),
    body: () => whole.from(headerLength, 'a body'),
  };
}

/** Every chunk until the end. */
export function readChunks(reader: ByteReader): readonly Chunk[] {
  const chunks: Chunk[] = [];
  while (reader.left > 0) chunks.push(readChunk(reader));
  return chunks;
}
