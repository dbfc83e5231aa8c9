import { fromBase64, fromBase64url, fromHex } from '../encoding/bytes.js';
import type { CorpusCase } from './case.js';
import { isInformative, type VectorValues } from './manifest.js';

/** A case that this verifier cannot run, and why. Never counted as agreement. */
export interface Unsupported {
  readonly unsupported: string;
}

/** An input that is missing or is not what its name says; it makes its case unsupported. */
export class InvalidInput extends Error {
  constructor(name: string, problem: string) {
    super(`input ${name} ${problem}`);
    this.name = 'InvalidInput';
  }
}

/** Reads the typed inputs of a case; throws `InvalidInput` where one does not fit. */
export class Inputs {
  readonly #values: VectorValues;

  constructor({ inputs }: Pick<CorpusCase, 'inputs'>) {
    this.#values = inputs;
  }

  /** Names of inputs beside the known ones and those that inform people only. */
  unknown(known: readonly string[]): readonly string[] {
    return Object.keys(this.#values).filter(
      (name) => !known.includes(name) && !isInformative(name),
    );
  }

  /** A text, or undefined where it is not given. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw new InvalidInput(name, 'is no text');
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
    if (typeof value !== 'number') throw new InvalidInput(name, 'is no number');
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

  /** Bytes from base64 or base64url that must be there. */
  requiredBase64(name: string): Uint8Array {
    return this.#required(
      name,
      this.#bytes(name, (text) => fromBase64(text) ?? fromBase64url(text)),
    );
  }

  /** A time that must be there. */
  requiredTime(name: string): Date {
    const time = new Date(this.requiredText(name));
    if (Number.isNaN(time.getTime())) throw new InvalidInput(name, 'is no time');
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
    throw new InvalidInput(name, problem);
  }
}
