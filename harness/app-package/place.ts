import { MalformedInput } from '../encoding/parsed.js';

/** A complaint about a part of a package: offsets are that part's own. */
export class MalformedPart extends Error {
  readonly part: string;
  readonly offset: number;

  constructor(part: string, cause: MalformedInput) {
    super(cause.message, { cause });
    this.name = 'MalformedPart';
    this.part = part;
    this.offset = cause.offset;
  }
}

/** Reads a part of a package; complaints name it. */
export function inPart<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof MalformedInput ? new MalformedPart(part, error) : error;
  }
}
