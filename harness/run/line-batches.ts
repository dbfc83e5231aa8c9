import { createReadStream } from 'node:fs';
import { concatBytes } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';

/** Whole lines of a file. */
export interface LineBatch {
  /** Number of the first line, from 1. */
  readonly firstLine: number;
  /** The lines with their ends; a copy of their own, which can be handed to a thread. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const NEW_LINE = 0x0a;

/** What is read at once: a batch is hardly larger, and costs a thread some tens of milliseconds. */
const CHUNK_BYTES = 131_072;

/** A line that is longer is no record: the largest evidence that parsers take has 100 kB. */
const MAX_LINE_BYTES = 8_388_608;

/**
 * Reads a file in batches of whole lines, and never holds more than one batch and one line. A last
 * line without an end is torn in a journal and left out there; elsewhere it is a line.
 */
export async function* lineBatches(
  file: string,
  options: { readonly tornLine: 'kept' | 'left-out' },
): AsyncGenerator<LineBatch, void> {
  let firstLine = 1;
  let rest: readonly Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of readChunks(file)) {
    const end = chunk.lastIndexOf(NEW_LINE) + 1;
    if (end > 0) {
      const bytes = concatBytes(...rest, chunk.subarray(0, end));
      // Counted before they are given away: whoever takes the bytes may hand them to a thread.
      const lines = countLines(bytes);
      yield { firstLine, bytes };
      firstLine += lines;
      rest = [];
      restBytes = 0;
    }
    if (end < chunk.length) rest = [...rest, chunk.subarray(end)];
    restBytes += chunk.length - end;
    if (restBytes > MAX_LINE_BYTES) {
      throw new HarnessError('ERR_FILE_INVALID', `${file}:${firstLine}: a line of no end`);
    }
  }
  if (restBytes > 0 && options.tornLine === 'kept')
    yield { firstLine, bytes: concatBytes(...rest) };
}

async function* readChunks(file: string): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      yield chunk as Uint8Array;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reason}`, { cause });
  }
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEW_LINE); at !== -1; at = bytes.indexOf(NEW_LINE, at + 1)) {
    count += 1;
  }
  return count;
}
