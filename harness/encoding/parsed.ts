/** What is wrong with some bytes, and where. */
export interface Malformation {
  /** Byte offset from the start of the input that was handed to the parser. */
  readonly offset: number;
  readonly message: string;
}

/** A typed value, or what is wrong with the bytes. Bad evidence is a value, never an exception. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly malformation: Malformation };

/** Thrown inside a parser, and turned into a value at its door by `parsing`. */
export class MalformedInput extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'MalformedInput';
    this.offset = offset;
  }
}

/** Runs a parser's body; `MalformedInput` becomes the value, anything else is a bug and goes on. */
export function parsing<T>(body: () => T): Parsed<T> {
  try {
    return { ok: true, value: body() };
  } catch (error) {
    if (!(error instanceof MalformedInput)) throw error;
    return { ok: false, malformation: { offset: error.offset, message: error.message } };
  }
}
