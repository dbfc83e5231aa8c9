import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url, utf8 } from './bytes.js';
import { decryptCompactJwe, verifyCompactJws } from './jose.js';
import { encryptCompact, signCompact } from './compact-token.js';

const key = new Uint8Array(randomBytes(32));
const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const payload = utf8('{"verdict":"good"}');

/** The compact text with one bit of one part changed. */
function spoil(compact: string, at: number): string {
  const parts = compact.split('.');
  const bytes = fromBase64url(parts[at] ?? '') ?? new Uint8Array();
  parts[at] = toBase64url(bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte)));
  return parts.join('.');
}

describe('a compact JWE', () => {
  it('gives what was encrypted', () => {
    expect(decryptCompactJwe(encryptCompact(payload, { key }), key)).toEqual({
      ok: true,
      value: payload,
    });
  });

  it.each([
    ['dir', { alg: 'dir', enc: 'A256GCM' }],
    ['a shorter key wrap', { alg: 'A128KW', enc: 'A256GCM' }],
    ['another content encryption', { alg: 'A256KW', enc: 'A128CBC-HS256' }],
    ['a critical member', { alg: 'A256KW', enc: 'A256GCM', crit: ['exp'] }],
    ['compression', { alg: 'A256KW', enc: 'A256GCM', zip: 'DEF' }],
    ['no algorithm', { enc: 'A256GCM' }],
    ['a list for a header', []],
  ])('is refused with %s in its header', (_, header) => {
    expect(decryptCompactJwe(encryptCompact(payload, { key, header }), key).ok).toBe(false);
  });

  it.each([0, 1, 2, 3, 4])('is refused with a bit changed in part %i', (at) => {
    expect(decryptCompactJwe(spoil(encryptCompact(payload, { key }), at), key).ok).toBe(false);
  });

  it.each([4, 12])('is refused with a tag of %i bytes', (tagBytes) => {
    expect(decryptCompactJwe(encryptCompact(payload, { key, tagBytes }), key).ok).toBe(false);
  });

  it('is refused with another key, and with one of another length', () => {
    const token = encryptCompact(payload, { key });
    expect(decryptCompactJwe(token, new Uint8Array(32)).ok).toBe(false);
    expect(decryptCompactJwe(token, key.subarray(16)).ok).toBe(false);
  });
});

describe('a compact JWS', () => {
  it('gives what was signed', () => {
    const token = signCompact(payload, { key: signer.privateKey });
    expect(verifyCompactJws(token, signer.publicKey)).toEqual({ ok: true, value: payload });
  });

  it.each([
    ['none', { alg: 'none' }],
    ['a MAC', { alg: 'HS256' }],
    ['another curve', { alg: 'ES384' }],
    ['a critical member', { alg: 'ES256', crit: ['b64'], b64: false }],
  ])('is refused with %s in its header', (_, header) => {
    const token = signCompact(payload, { key: signer.privateKey, header });
    expect(verifyCompactJws(token, signer.publicKey).ok).toBe(false);
  });

  it.each([0, 1, 2])('is refused with a bit changed in part %i', (at) => {
    const token = spoil(signCompact(payload, { key: signer.privateKey }), at);
    expect(verifyCompactJws(token, signer.publicKey).ok).toBe(false);
  });

  it('is refused with a signature in DER, and with none', () => {
    const token = signCompact(payload, { key: signer.privateKey, dsaEncoding: 'der' });
    expect(verifyCompactJws(token, signer.publicKey).ok).toBe(false);
    const bare = token.split('.').slice(0, 2).join('.');
    expect(verifyCompactJws(`${bare}.`, signer.publicKey).ok).toBe(false);
  });

  it('is refused with a key on another curve', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const token = signCompact(payload, { key: other.privateKey });
    expect(verifyCompactJws(token, other.publicKey).ok).toBe(false);
  });
});

describe('any text', () => {
  it('is refused and never throws', () => {
    const text = fc
      .array(fc.string({ maxLength: 12 }), { maxLength: 6 })
      .map((parts) => parts.join('.'));
    fc.assert(
      fc.property(text, (compact) => {
        expect(decryptCompactJwe(compact, key).ok).toBe(false);
        expect(verifyCompactJws(compact, signer.publicKey).ok).toBe(false);
      }),
    );
  });
});
