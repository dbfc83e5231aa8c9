import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, utf8 } from './bytes.js';
import { isP256, readP256Pair, readP256Signature, verifiesEs256, writeP256Pair } from './ecdsa.js';
import { parsing } from './parsed.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const message = utf8('pay 10');
const signature = new Uint8Array(sign('sha256', message, privateKey));

function accepts(hex: string): boolean {
  return parsing(() => readP256Signature(fromHex(hex) ?? new Uint8Array())).ok;
}

describe('an ECDSA signature', () => {
  it('is read from its DER', () => {
    expect(readP256Signature(fromHex('3006020101020102') ?? new Uint8Array())).toEqual({
      r: 1n,
      s: 2n,
    });
    expect(parsing(() => readP256Signature(signature)).ok).toBe(true);
  });

  it('is written as r and s of 32 bytes each, however short they are', () => {
    expect(writeP256Pair({ r: 1n, s: 2n })).toEqual(
      fromHex(`${'00'.repeat(31)}01${'00'.repeat(31)}02`),
    );
    const numbers = readP256Signature(signature);
    expect(readP256Pair(writeP256Pair(numbers))).toEqual(numbers);
    expect(() => writeP256Pair({ r: 1n << 256n, s: 2n })).toThrow(RangeError);
  });

  it.each([
    ['two numbers side by side', '11'.repeat(64)],
    ['a byte after it', '300602010102010200'],
    ['a third number', '3009020101020102020103'],
    ['one number', '3003020101'],
    ['zero', '3006020100020102'],
    ['a negative number', '30060201ff020102'],
    ['a padded number', '300702020001020102'],
    ['a length that is not the shortest', '308106020101020102'],
    [
      'a number as large as the order',
      '3026022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101',
    ],
    ['nothing', ''],
  ])('is refused with %s', (_, hex) => {
    expect(accepts(hex)).toBe(false);
  });

  it('verifies over its own message alone', () => {
    expect(verifiesEs256(publicKey, { message, signature })).toBe(true);
    expect(verifiesEs256(publicKey, { message: utf8('pay 11'), signature })).toBe(false);
  });

  it('never verifies with a key that is not on P-256', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const made = new Uint8Array(sign('sha256', message, other.privateKey));
    expect(isP256(other.publicKey)).toBe(false);
    expect(verifiesEs256(other.publicKey, { message, signature: made })).toBe(false);
  });

  it('never verifies from random bytes, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(verifiesEs256(publicKey, { message, signature: bytes })).toBe(false);
      }),
    );
  });
});
