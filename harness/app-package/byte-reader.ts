import { MalformedInput } from '../encoding/parsed.js';

/** In which order the bytes of a number lie. */
export type ByteOrder = 'little' | 'big';

/**
 * Numbers and slices of a part of some bytes. Nothing is read past its end, and every complaint
 * names the offset from the start of the whole.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #isLittle: boolean;
  readonly #base: number;
  #at = 0;

  constructor(bytes: Uint8Array, order: ByteOrder, base = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittle = order === 'little';
    this.#base = base;
  }

  /** Offset of the next byte in the whole. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Offset of the next byte in this part. */
  get position(): number {
    return this.#at;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(name: string): number {
    return this.#view.getUint8(this.#take(1, name));
  }

  u16(name: string): number {
    return this.#view.getUint16(this.#take(2, name), this.#isLittle);
  }

  u32(name: string): number {
    return this.#view.getUint32(this.#take(4, name), this.#isLittle);
  }

  /** A number of eight bytes that is below 2^53; nothing here is longer than a file. */
  u64(name: string): number {
    const offset = this.offset;
    const value = this.#view.getBigUint64(this.#take(8, name), this.#isLittle);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new MalformedInput(`${name} ${value}`, offset);
    return Number(value);
  }

  bytes(length: number, name: string): Uint8Array {
    const at = this.#take(length, name);
    return this.#bytes.subarray(at, at + length);
  }

  skip(length: number, name: string): void {
    this.#take(length, name);
  }

  /** A reader of the next `length` bytes, which are thereby read. */
  part(length: number, name: string): ByteReader {
    const { offset } = this;
    return new ByteReader(this.bytes(length, name), this.#isLittle ? 'little' : 'big', offset);
  }

  /** A reader from an offset of these bytes to their end; the place of this one stays. */
  from(start: number, name: string): ByteReader {
    if (start < 0 || start > this.#bytes.length) {
      throw new MalformedInput(`${name} begins outside, at ${start}`, this.#base);
    }
    const order = this.#isLittle ? 'little' : 'big';
    return new ByteReader(this.#bytes.subarray(start), order, this.#base + start);
  }

  #take(length: number, name: string): number {
    if (length < 0 || length > this.left) {
      throw new MalformedInput(`${name} of ${length} bytes, ${this.left} are left`, this.offset);
    }
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
