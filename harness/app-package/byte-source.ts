import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MalformedInput } from '../encoding/parsed.js';
import { HarnessError } from '../errors.js';

/** A file that is read in pieces: packages are larger than what should lie in memory. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset`; throws MalformedInput where the file ends before. */
  read(offset: number, length: number): Uint8Array;
}

/** A file on disk. */
export interface OpenFile extends ByteSource {
  readonly descriptor: number;
  /** Idempotent. */
  close(): void;
}

/** Opens a file for reading in pieces. */
export function openFile(path: string): OpenFile {
  let descriptor: number;
  let size: number;
  try {
    descriptor = openSync(path, 'r');
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new Error('is no file');
    size = status.size;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${path}: ${reason}`, { cause });
  }
  let isOpen = true;
  return {
    ...{ size, descriptor },
    read: (offset, length) => readPiece({ descriptor, size }, offset, length),
    close: () => {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

function readPiece(
  { descriptor, size }: Pick<OpenFile, 'descriptor' | 'size'>,
  offset: number,
  length: number,
): Uint8Array {
  if (offset < 0 || length < 0 || offset + length > size) {
    throw new MalformedInput(`${length} bytes wanted where the file ends`, Math.min(offset, size));
  }
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = readSync(descriptor, bytes, done, length - done, offset + done);
    if (read === 0) throw new MalformedInput('the file became shorter', offset + done);
    done += read;
  }
  return bytes;
}
