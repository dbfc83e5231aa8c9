import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from './bytes.js';
import {
  encodeCbor,
  optionalEntry,
  readCbor,
  readCborPrefix,
  type CborMap,
  type CborNode,
} from './cbor.js';
import { parsing } from './parsed.js';

function bytes(hex: string): Uint8Array {
  const value = fromHex(hex);
  if (value === null) throw new Error(`not hex: ${hex}`);
  return value;
}

function malformationOf(hex: string) {
  const parsed = parsing(() => readCbor(bytes(hex)));
  return parsed.ok ? null : parsed.malformation;
}

function plain(node: CborNode): unknown {
  switch (node.kind) {
    case 'integer':
    case 'bytes':
    case 'text':
    case 'boolean':
      return node.value;
    case 'null':
      return null;
    case 'array':
      return node.items.map(plain);
    case 'map':
      return new Map(node.entries.map((entry) => [plain(entry.key), plain(entry.value)]));
  }
}

describe('the CBOR reader', () => {
  it.each([
    // RFC 8949, appendix A.
    ['00', 0n],
    ['17', 23n],
    ['1818', 24n],
    ['1903e8', 1000n],
    ['1bffffffffffffffff', 18446744073709551615n],
    ['3903e7', -1000n],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'],
    ['83010203', [1n, 2n, 3n]],
  ])('reads %s', (hex, value) => {
    expect(plain(readCbor(bytes(hex)))).toEqual(value);
  });

  it('reads a map and finds its entries by key', () => {
    const map = readCbor(bytes('a201020326')) as CborMap;
    expect(map.kind).toBe('map');
    expect(optionalEntry(map, 3n)).toMatchObject({ kind: 'integer', value: -7n, offset: 4 });
    expect(optionalEntry(map, 4n)).toBeUndefined();
  });

  it.each([
    ['an empty input', '', 0],
    ['a tag', 'c11a514b67b0', 0],
    ['an indefinite byte string', '5f42010243030405ff', 0],
    ['an indefinite map', 'bf6161 01ff'.replace(' ', ''), 0],
    ['an integer with a needless byte', '1817', 0],
    ['an integer with a needless word', '190018', 0],
    ['a length that is not the shortest', '580101', 0],
    ['a key that is there twice', 'a201020103', 3],
    ['a key that is a byte string', 'a1410102', 1],
    ['a half float', 'f93c00', 0],
    ['undefined', 'f7', 0],
    ['a two-byte simple value', 'f8ff', 0],
    ['a byte after the item', '0000', 1],
    ['a text that is not UTF-8', '61ff', 0],
    ['a string that runs past the end', '4401', 1],
    ['an array that claims more items than bytes', '9bffffffffffffffff', 9],
    ['a map that claims more entries than bytes', 'bbffffffffffffffff', 9],
    ['a reserved length', '1c', 0],
    ['nesting past the limit', '81'.repeat(40) + '00', 17],
  ])('refuses %s and names the place', (_, hex, offset) => {
    expect(malformationOf(hex)).toMatchObject({ offset });
  });

  it('reads a first item and leaves the rest to the caller', () => {
    const node = readCborPrefix(bytes('a10102a0'));
    expect(node.raw.length).toBe(3);
  });

  it('reads whatever the encoder writes', () => {
    const leaf = fc.oneof(
      fc.integer(),
      fc.string(),
      fc.uint8Array({ maxLength: 40 }),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), leaf), { maxLength: 30 }), (entries) => {
        const map = new Map(entries);
        const read = readCbor(encodeCbor(map));
        const want = new Map([...map].map(([k, v]) => [k, typeof v === 'number' ? BigInt(v) : v]));
        expect(plain(read)).toEqual(want);
      }),
    );
  });

  it('never throws anything but a malformation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        parsing(() => readCbor(input));
      }),
    );
  });
});
