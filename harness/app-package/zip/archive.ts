import { crc32 } from 'node:zlib';
import { fromFdPromise, type Entry, type ZipFile } from 'yauzl';
import { concatBytes, utf8Text } from '../../encoding/bytes.js';
import { MalformedInput } from '../../encoding/parsed.js';
import { openFile, type OpenFile } from '../byte-source.js';
import {
  findEndOfCentralDirectory,
  type EndOfCentralDirectory,
} from './end-of-central-directory.js';

/** A ZIP archive whose directory is read and whose entries are unpacked one at a time. */
export interface Archive {
  readonly source: OpenFile;
  readonly end: EndOfCentralDirectory;
  /** Every name, in the order of the central directory. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** An entry, unpacked; one of more than `maxBytes` is refused before and while it is unpacked. */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
  /** Idempotent. */
  close(): void;
}

const LOCAL_HEADER_LENGTH = 30;
const CENTRAL_HEADER_LENGTH = 46;

/** Opens an archive and reads its directory; throws MalformedInput with the offset in the file. */
export async function openArchive(path: string): Promise<Archive> {
  const source = openFile(path);
  try {
    const end = findEndOfCentralDirectory(source);
    const zip = await malformedAt(end.offset, () =>
      fromFdPromise(source.descriptor, { autoClose: false, strictFileNames: true }),
    );
    const entries = await readEntries(zip, end);
    return {
      ...{ source, end, names: [...entries.keys()] },
      has: (name) => entries.has(name),
      read: async (name, maxBytes) => {
        const entry = entries.get(name);
        if (entry === undefined) throw new MalformedInput(`no entry ${name}`, end.directoryOffset);
        return readEntry({ zip, entry, source }, maxBytes);
      },
      close: () => {
        source.close();
      },
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

async function readEntries(
  zip: ZipFile,
  end: EndOfCentralDirectory,
): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  let at = end.directoryOffset;
  const listed = zip.eachEntry();
  for (;;) {
    // The library names no offset: the header that it stumbles over begins where the last one ended.
    const next = await malformedAt(at, () => listed.next());
    if (next.done === true) break;
    const entry = next.value;
    // A second entry of one name is seen by one reader and not by another.
    if (entries.has(entry.fileName))
      throw new MalformedInput(`${entry.fileName} is there twice`, at);
    entries.set(entry.fileName, entry);
    at += CENTRAL_HEADER_LENGTH + entry.fileNameLength + entry.extraFieldLength;
    at += entry.fileCommentLength;
  }
  if (at !== end.offset) {
    throw new MalformedInput(`${end.offset - at} bytes that belong to no entry`, at);
  }
  return entries;
}

async function readEntry(
  from: { readonly zip: ZipFile; readonly entry: Entry; readonly source: OpenFile },
  maxBytes: number,
): Promise<Uint8Array> {
  const { zip, entry, source } = from;
  const at = entry.relativeOffsetOfLocalHeader;
  if (entry.uncompressedSize > maxBytes) {
    const size = `${entry.fileName} has ${entry.uncompressedSize} bytes`;
    throw new MalformedInput(`${size}, more than such a part has (${maxBytes})`, at);
  }
  const header = source.read(at, LOCAL_HEADER_LENGTH);
  const nameLength = (header[26] ?? 0) | ((header[27] ?? 0) << 8);
  const name = utf8Text(source.read(at + LOCAL_HEADER_LENGTH, nameLength));
  // Whoever reads from the front sees this name, whoever reads the directory the other.
  if (name !== entry.fileName) throw new MalformedInput(`is ${name ?? 'no text'} here`, at);
  const chunks: Uint8Array[] = [];
  await malformedAt(at, async () => {
    // The library ends the stream with an error past the declared size, so a lie costs nothing.
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  });
  const bytes = concatBytes(...chunks);
  if (bytes.length !== entry.uncompressedSize) {
    throw new MalformedInput(`${entry.fileName} is cut off at ${bytes.length} bytes`, at);
  }
  if (crc32(bytes) !== entry.crc32) {
    throw new MalformedInput(`${entry.fileName} has another checksum than is written`, at);
  }
  return bytes;
}

async function malformedAt<T>(offset: number, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof MalformedInput) throw error;
    throw new MalformedInput(error instanceof Error ? error.message : String(error), offset);
  }
}
