import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { berToDer } from './ber.js';
import { fromHex, toHex } from './bytes.js';
import { der } from './der-writer.js';
import { parsing } from './parsed.js';

function rewritten(hex: string): string | null {
  const parsed = parsing(() => berToDer(fromHex(hex) ?? new Uint8Array()));
  return parsed.ok ? toHex(parsed.value) : null;
}

describe('BER rewritten as DER', () => {
  it.each([
    ['an indefinite length', '30800201050000', '3003020105'],
    [
      'an indefinite length within another',
      '30803080020105000002010600 00',
      '30083003020105020106',
    ],
    ['a length that is not the shortest', '308103020105', '3003020105'],
    ['a string in pieces', '2480040101040202030000', '0403010203'],
    ['a string in pieces of definite length', '2406040101040102', '04020102'],
    ['a context tag around pieces', 'a0802480040101000000 00', 'a003040101'],
    ['an element that is DER already', '3003020105', '3003020105'],
  ])('has %s resolved', (_, hex, want) => {
    expect(rewritten(hex.replaceAll(' ', ''))).toBe(want);
  });

  it.each([
    ['an indefinite length of a primitive', '0480010000'],
    ['an indefinite length without end', '3080020105'],
    ['a length past the end', '3005020105'],
    ['a part past its parent', '3003020205ff'],
    ['a string of mixed pieces', '2403020105'],
    ['a byte after the element', '300302010500'],
    ['five octets of length', '30850000000000'],
    ['nothing', ''],
    ['nesting past the limit', '3080'.repeat(40) + '0000'.repeat(40)],
  ])('refuses %s', (_, hex) => {
    expect(rewritten(hex)).toBeNull();
  });

  it('leaves every DER element as it is', () => {
    const leaf = fc.oneof(
      fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map((value) => der.integer(value)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => der.octetString(bytes)),
    );
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 5 }), fc.nat(3000), (parts, tag) => {
        const whole = der.sequence(...parts, der.contextExplicit(tag, der.sequence(...parts)));
        expect(berToDer(whole)).toEqual(whole);
      }),
    );
  });

  it('never throws anything but a malformation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parsing(() => berToDer(bytes));
      }),
    );
  });
});
