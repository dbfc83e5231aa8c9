import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { readP256Signature } from '../../encoding/ecdsa.js';
import { testKey } from './test-key.js';

const message = utf8('a message');

describe('a key of the corpus', () => {
  it.each([
    ['P-256', 'sha256'],
    ['P-384', 'sha384'],
  ] as const)('signs on %s what node:crypto verifies', (curve, digest) => {
    const key = testKey('one', curve);
    const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
    expect(verify(digest, message, publicKey, key.sign(message))).toBe(true);
    expect(verify(digest, utf8('another'), publicKey, key.sign(message))).toBe(false);
  });

  it('signs the same message the same way each time', () => {
    expect(testKey('one').sign(message)).toEqual(testKey('one').sign(message));
    expect(testKey('one').sign(message)).not.toEqual(testKey('two').sign(message));
  });

  it('leaves s as high as it comes out', () => {
    const half = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
    const highs = Array.from({ length: 16 }, (_, at) => {
      const { s } = readP256Signature(testKey('one').sign(utf8(`message ${at}`)));
      return s > half;
    });
    expect(new Set(highs)).toEqual(new Set([true, false]));
  });
});
