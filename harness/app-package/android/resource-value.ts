import type { ByteReader } from '../byte-reader.js';
import type { StringPool } from './string-pool.js';

/** A value as Android's binary resources hold it (Res_value), as far as anything here needs it. */
export type ResourceValue =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'number'; readonly number: number }
  | { readonly type: 'boolean'; readonly boolean: boolean }
  | { readonly type: 'reference'; readonly id: number }
  | { readonly type: 'other'; readonly number: number };

// Res_value::TYPE_*
const TYPE = { reference: 0x01, string: 0x03, decimal: 0x10, hexadecimal: 0x11, boolean: 0x12 };

/** Reads a Res_value of eight bytes. */
export function readResourceValue(reader: ByteReader, strings: StringPool): ResourceValue {
  reader.skip(3, 'size of a value');
  const type = reader.u8('type of a value');
  const number = reader.u32('a value');
  switch (type) {
    case TYPE.string:
      return { type: 'text', text: strings.at(number) };
    case TYPE.reference:
      return { type: 'reference', id: number };
    case TYPE.decimal:
    case TYPE.hexadecimal:
      return { type: 'number', number };
    case TYPE.boolean:
      return { type: 'boolean', boolean: number !== 0 };
    default:
      return { type: 'other', number };
  }
}
