import { createHash } from 'node:crypto';
import { concatBytes } from '../../encoding/bytes.js';
import type { ByteSource } from '../byte-source.js';
import type { EndOfCentralDirectory } from '../zip/end-of-central-directory.js';

const CHUNK_LENGTH = 1_048_576;
const DIRECTORY_OFFSET_AT = 16;

/**
 * Digest of everything but the signing block (APK Signature Scheme v2, "Integrity-protected
 * contents"): entries, central directory and its end, each in chunks of 1 MiB. In the end record
 * the directory's offset counts as the block's, as if there were no block.
 */
export function contentDigest(
  algorithm: 'sha256' | 'sha512',
  {
    source,
    end,
    blockOffset,
  }: {
    readonly source: ByteSource;
    readonly end: EndOfCentralDirectory;
    readonly blockOffset: number;
  },
): Uint8Array {
  const digests: Uint8Array[] = [];
  const addSection = (length: number, read: (at: number, size: number) => Uint8Array): void => {
    for (let at = 0; at < length; at += CHUNK_LENGTH) {
      const chunk = read(at, Math.min(CHUNK_LENGTH, length - at));
      const digest = createHash(algorithm).update(Uint8Array.of(0xa5)).update(u32(chunk.length));
      digests.push(digest.update(chunk).digest());
    }
  };
  const fromFile = (start: number) => (at: number, size: number) => source.read(start + at, size);
  addSection(blockOffset, fromFile(0));
  addSection(end.directorySize, fromFile(end.directoryOffset));
  const record = source.read(end.offset, source.size - end.offset);
  record.set(u32(blockOffset), DIRECTORY_OFFSET_AT);
  addSection(record.length, (at, size) => record.subarray(at, at + size));
  const head = concatBytes(Uint8Array.of(0x5a), u32(digests.length));
  return new Uint8Array(
    createHash(algorithm)
      .update(concatBytes(head, ...digests))
      .digest(),
  );
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
