import { concatBytes } from '../../encoding/bytes.js';
import { chunk, Strings, writeValue, type NewAttribute } from './binary-xml-writer.js';
import { littleEndian as le } from './little-endian.js';

/** How a type lists its entries. */
export type TableForm = 'plain' | 'sparse' | 'offset16' | 'compact';

/** Values of the entries of one type, by their index; one such list for each configuration. */
export interface NewType {
  readonly typeId: number;
  readonly configurations: readonly (readonly NewAttribute['value'][])[];
  readonly form?: TableForm;
}

const PACKAGE_ID = 0x7f;

/** The id of an entry. */
export function resourceId(typeId: number, entry: number): number {
  return PACKAGE_ID * 2 ** 24 + typeId * 2 ** 16 + entry;
}

/** Writes a resource table with one package. */
export function writeResourceTable(types: readonly NewType[]): Uint8Array {
  const strings = new Strings();
  const chunks = types.flatMap((type) =>
    type.configurations.map((values) => writeType(type, values, strings)),
  );
  const header = concatBytes(le(4, PACKAGE_ID), new Uint8Array(256), le(4, 0, 0, 0, 0, 0));
  return chunk(0x0002, le(4, 1), strings.write(true), chunk(0x0200, header, ...chunks));
}

function writeType(
  { typeId, form = 'plain' }: NewType,
  values: readonly NewAttribute['value'][],
  strings: Strings,
): Uint8Array {
  const written = values.map((value) => {
    const bytes = writeValue(value, strings);
    // Type in the upper flags, key where the size would be.
    const compact = concatBytes(le(2, 0, 0x0008 | ((bytes[3] ?? 0) << 8)), bytes.subarray(4));
    return form === 'compact' ? compact : concatBytes(le(2, 8, 0), le(4, 0), bytes);
  });
  let at = 0;
  const offsets = written.map((bytes) => (at += bytes.length) - bytes.length);
  const list =
    form === 'sparse'
      ? le(2, ...offsets.flatMap((offset, index) => [index, offset / 4]))
      : form === 'offset16'
        ? le(2, ...offsets.map((offset) => offset / 4))
        : le(4, ...offsets);
  const padded = concatBytes(list, new Uint8Array((4 - (list.length % 4)) % 4));
  const configuration = concatBytes(le(4, 64), new Uint8Array(60));
  const flags = form === 'sparse' ? 1 : form === 'offset16' ? 2 : 0;
  const head = 8 + 12 + configuration.length;
  const header = concatBytes(
    Uint8Array.of(typeId, flags, 0, 0),
    le(4, values.length, head + padded.length),
    configuration,
  );
  return chunk(0x0201, header, padded, ...written);
}
