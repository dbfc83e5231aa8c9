import { fromBase64, fromHex } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import type { CorpusCase } from './case.js';
import type { VectorValues } from './manifest.js';

/** A case that this verifier cannot run, and why. Never counted as agreement. */
export interface Unsupported {
  readonly unsupported: string;
}

/** Reads the typed inputs of a case; what does not fit is an error in the manifest. */
export class Inputs {
  readonly #case: Pick<CorpusCase, 'id' | 'variant'>;
  readonly #values: VectorValues;

  constructor(corpusCase: CorpusCase) {
    this.#case = corpusCase;
    this.#values = corpusCase.inputs;
  }

  /** Names of inputs beside the known ones; words about an input's source inform people only. */
  unknown(known: readonly string[]): readonly string[] {
    return Object.keys(this.#values).filter(
      (name) => !known.includes(name) && !name.endsWith('Source'),
    );
  }

  /** A text, or undefined where it is not given. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw this.#invalid(name, 'is no text');
    return value;
  }

  /** A text that must be there. */
  requiredText(name: string): string {
    return this.#required(name, this.text(name));
  }

  /** A whole number, or undefined where it is not given. */
  number(name: string): number | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number') throw this.#invalid(name, 'is no number');
    return value;
  }

  /** Bytes from hexadecimal, or undefined where they are not given. */
  hex(name: string): Uint8Array | undefined {
    return this.#bytes(name, fromHex);
  }

  /** Bytes from hexadecimal that must be there. */
  requiredHex(name: string): Uint8Array {
    return this.#required(name, this.hex(name));
  }

  /** Bytes from base64 that must be there. */
  requiredBase64(name: string): Uint8Array {
    return this.#required(name, this.#bytes(name, fromBase64));
  }

  /** A time that must be there. */
  requiredTime(name: string): Date {
    const time = new Date(this.requiredText(name));
    if (Number.isNaN(time.getTime())) throw this.#invalid(name, 'is no time');
    return time;
  }

  #bytes(name: string, decode: (text: string) => Uint8Array | null): Uint8Array | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return decode(text) ?? this.#fail(name, 'is not encoded as its name says');
  }

  #required<T>(name: string, value: T | undefined): T {
    return value ?? this.#fail(name, 'is missing');
  }

  #fail(name: string, problem: string): never {
    throw this.#invalid(name, problem);
  }

  #invalid(name: string, problem: string): HarnessError {
    const { id, variant } = this.#case;
    const place = variant === null ? id : `${id}, variant ${variant}`;
    return new HarnessError('ERR_FILE_INVALID', `vector ${place}: input ${name} ${problem}`);
  }
}
