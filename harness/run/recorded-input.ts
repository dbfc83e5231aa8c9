import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError } from '../errors.js';
import type { AppraisalLine } from '../report/record.js';
import { decodeAppraisal, type AppraisalInput } from '../verifier/index.js';
import { sha256Of } from './file-digest.js';

const recorded = z.object({ input: z.unknown() });

/** What a line's appraisal was given; refused where the file does not hold what the run recorded. */
export function recordedInput(runFolder: string, line: AppraisalLine): AppraisalInput {
  const { part } = line;
  const file = join(runFolder, line.file);
  const place = part === undefined ? file : `${file}, at byte ${part.offset}`;
  const bytes = orUnreadable(file, () =>
    part === undefined ? readFileSync(file) : readPart(file, part),
  );
  if (sha256Of(bytes) !== line.fileSha256) {
    throw new HarnessError('ERR_FILE_INVALID', `${place}: is not what the run recorded`);
  }
  const text = new TextDecoder().decode(bytes);
  return decodeAppraisal(recorded.parse(JSON.parse(text)).input, place);
}

// A file may hold the evidence of a whole night: no more of it is read than was asked for.
function readPart(
  path: string,
  { offset, bytes }: { readonly offset: number; readonly bytes: number },
): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const part = new Uint8Array(bytes);
    let read = 0;
    while (read < bytes) {
      const more = readSync(file, part, read, bytes - read, offset + read);
      if (more === 0) break;
      read += more;
    }
    return part.subarray(0, read);
  } finally {
    closeSync(file);
  }
}

function orUnreadable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${path}: ${reason}`, { cause });
  }
}
