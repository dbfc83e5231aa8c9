import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from './bytes.js';
import { der } from './der-writer.js';
import { bitString, integer, oid, time } from './der-values.js';
import { children, readDer } from './der.js';

describe('the DER writer', () => {
  it('writes integers of any size and sign in the form that the reader takes', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(integer(readDer(der.integer(value)))).toBe(value);
      }),
    );
    expect(toHex(der.integer(-128))).toBe('020180');
    expect(toHex(der.integer(128))).toBe('02020080');
    expect(toHex(der.integer(0))).toBe('020100');
  });

  it('writes object identifiers that read back', () => {
    const arc = fc.bigInt({ min: 0n, max: 2n ** 70n });
    fc.assert(
      fc.property(fc.nat(2), fc.nat(39), fc.array(arc), (root, second, rest) => {
        const dotted = [root, second, ...rest].join('.');
        expect(oid(readDer(der.oid(dotted)))).toBe(dotted);
      }),
    );
    expect(toHex(der.oid('2.999.3'))).toBe('0603883703');
  });

  it('writes tags and lengths of every size', () => {
    fc.assert(
      fc.property(fc.nat(0xff_ffff), fc.nat(70_000), (tag, length) => {
        const node = readDer(der.contextPrimitive(tag, new Uint8Array(length)));
        expect([node.tagClass, node.tag, node.content.length]).toEqual(['context', tag, length]);
      }),
      { numRuns: 50 },
    );
  });

  it('writes times as RFC 5280 wants them: UTCTime to 2049, GeneralizedTime beyond', () => {
    const at = (iso: string): Uint8Array => der.time(Date.parse(iso));
    expect(at('2049-12-31T23:59:59Z')[0]).toBe(0x17);
    expect(at('2050-01-01T00:00:00Z')[0]).toBe(0x18);
    expect(at('1949-12-31T00:00:00Z')[0]).toBe(0x18);
    for (const iso of ['1970-01-01T00:00:00Z', '2106-02-07T06:28:15Z']) {
      expect(time(readDer(at(iso)))).toBe(Date.parse(iso));
    }
  });

  it('sorts what goes into a SET, unless told not to', () => {
    const read = (bytes: Uint8Array): readonly bigint[] =>
      children(readDer(bytes)).map((node) => integer(node));
    expect(read(der.set(der.integer(3), der.integer(2)))).toEqual([2n, 3n]);
    expect(read(der.setAsGiven(der.integer(3), der.integer(2)))).toEqual([3n, 2n]);
  });

  it('writes named bits with the unused ones counted', () => {
    expect(toHex(der.namedBits(5, 6))).toBe('03020106');
    expect(toHex(der.namedBits(0, 8))).toBe('0303078080');
    expect(toHex(der.namedBits())).toBe('030100');
    expect(bitString(readDer(der.bitString(Uint8Array.of(1, 2))))).toEqual(Uint8Array.of(1, 2));
  });
});
