import { MalformedInput } from '../../encoding/parsed.js';
import type { ByteSource } from '../byte-source.js';
import { ByteReader } from '../byte-reader.js';

/** The record that ends a ZIP archive (APPNOTE 4.3.16), and where it stands. */
export interface EndOfCentralDirectory {
  readonly offset: number;
  readonly directoryOffset: number;
  readonly directorySize: number;
  readonly entryCount: number;
}

const SIGNATURE = 0x06054b50;
const LENGTH = 22;
const MAX_COMMENT = 0xffff;

/**
 * Finds the record from the end of the file, as Android does: the last signature whose comment ends
 * with the file. A second one would let two readers see two archives.
 */
export function findEndOfCentralDirectory(source: ByteSource): EndOfCentralDirectory {
  const tailLength = Math.min(source.size, LENGTH + MAX_COMMENT);
  const tailAt = source.size - tailLength;
  const tail = source.read(tailAt, tailLength);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - LENGTH; at >= 0; at--) {
    if (view.getUint32(at, true) !== SIGNATURE) continue;
    if (view.getUint16(at + LENGTH - 2, true) !== tail.length - at - LENGTH) continue;
    return readRecord(tail.subarray(at), tailAt + at);
  }
  throw new MalformedInput(
    'no ZIP archive ends here: it is cut off or of another kind',
    source.size,
  );
}

function readRecord(bytes: Uint8Array, offset: number): EndOfCentralDirectory {
  const reader = new ByteReader(bytes, 'little', offset);
  reader.skip(4, 'signature');
  const disks = [reader.u16('disk'), reader.u16('first disk')];
  const entryCounts = [reader.u16('entries on this disk'), reader.u16('entries')] as const;
  const directorySize = reader.u32('size of the central directory');
  const directoryOffset = reader.u32('offset of the central directory');
  // 4.4.1.4: such a number stands for one of the ZIP64 record, which Android refuses for packages.
  if (directoryOffset === 0xffff_ffff || directorySize === 0xffff_ffff) {
    throw new MalformedInput('a ZIP64 archive, which no phone installs', offset);
  }
  if (disks.some((disk) => disk !== 0) || entryCounts[0] !== entryCounts[1]) {
    throw new MalformedInput('an archive of several disks', offset);
  }
  if (directoryOffset + directorySize !== offset) {
    throw new MalformedInput(
      `the central directory ends at ${directoryOffset + directorySize}, not here`,
      offset,
    );
  }
  return { offset, directoryOffset, directorySize, entryCount: entryCounts[1] };
}
