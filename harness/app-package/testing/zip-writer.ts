import { crc32, deflateRawSync } from 'node:zlib';
import { concatBytes, utf8 } from '../../encoding/bytes.js';
import { littleEndian as le } from './little-endian.js';

/** An entry of an archive for tests, and the ways in which it can lie. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly stored?: boolean;
  /** What its headers say, where that is not the truth. */
  readonly localName?: string;
  readonly statedSize?: number;
  readonly statedCrc?: number;
}

/** An archive in its parts, so that something can be put between them. */
export interface ZipParts {
  readonly entries: Uint8Array;
  readonly directory: Uint8Array;
  readonly count: number;
}

/** Writes the entries and the central directory. */
export function zipParts(entries: readonly ZipEntry[]): ZipParts {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const stored = entry.stored ?? false;
    const packed = stored ? entry.bytes : new Uint8Array(deflateRawSync(entry.bytes));
    const name = utf8(entry.name);
    const sizes = le(4, packed.length, entry.statedSize ?? entry.bytes.length);
    // Version, flags (UTF-8 names), method, time, date.
    const common = concatBytes(
      le(2, 20, 0x800, stored ? 0 : 8, 0, 33),
      le(4, entry.statedCrc ?? crc32(entry.bytes)),
      sizes,
    );
    const localName = utf8(entry.localName ?? entry.name);
    const local = concatBytes(
      le(4, 0x04034b50),
      common,
      le(2, localName.length, 0),
      localName,
      packed,
    );
    directory.push(
      concatBytes(le(4, 0x02014b50), le(2, 20), common, le(2, name.length, 0, 0, 0, 0)),
      concatBytes(le(4, 0, offset), name),
    );
    locals.push(local);
    offset += local.length;
  }
  return {
    entries: concatBytes(...locals),
    directory: concatBytes(...directory),
    count: entries.length,
  };
}

/** The end record for a directory at an offset. */
export function zipEnd({ directory, count }: ZipParts, directoryOffset: number): Uint8Array {
  return concatBytes(
    le(4, 0x06054b50),
    le(2, 0, 0, count, count),
    le(4, directory.length, directoryOffset),
    le(2, 0),
  );
}

/** Writes a whole archive. */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const parts = zipParts(entries);
  return concatBytes(parts.entries, parts.directory, zipEnd(parts, parts.entries.length));
}
