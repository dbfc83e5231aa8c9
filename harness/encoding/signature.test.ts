import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8 } from './bytes.js';
import { der } from './der-writer.js';
import { integer, sequence } from './der-values.js';
import { readDer } from './der.js';
import { loadPublicKey, SIGNATURE_OID, verifySignature } from './signature.js';

const data = utf8('what was signed');
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }));
}

describe('a signature', () => {
  it.each([
    ['P-256', 'sha256', SIGNATURE_OID.ecdsaSha256],
    ['P-256', 'sha384', SIGNATURE_OID.ecdsaSha384],
    ['P-384', 'sha256', SIGNATURE_OID.ecdsaSha256],
    ['P-384', 'sha384', SIGNATURE_OID.ecdsaSha384],
    ['P-521', 'sha512', SIGNATURE_OID.ecdsaSha512],
  ])(
    'of a %s key with %s verifies, and not over other bytes',
    (namedCurve, digest, algorithmOid) => {
      const pair = generateKeyPairSync('ec', { namedCurve });
      const signature = sign(digest, data, pair.privateKey);
      const signed = { algorithmOid, spki: spkiOf(pair.publicKey), data, signature };
      expect(verifySignature(signed)).toBe('valid');
      expect(verifySignature({ ...signed, data: utf8('what was not signed') })).toBe('invalid');
      expect(verifySignature({ ...signed, signature: signature.subarray(1) })).toBe('invalid');
    },
  );

  it('of an RSA key verifies as PKCS#1 v1.5', () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const spki = spkiOf(pair.publicKey);
    const signed = { spki, data, signature: sign('sha256', data, pair.privateKey) };
    expect(verifySignature({ ...signed, algorithmOid: SIGNATURE_OID.rsaSha256 })).toBe('valid');
    expect(verifySignature({ ...signed, algorithmOid: SIGNATURE_OID.rsaSha384 })).toBe('invalid');
    expect(verifySignature({ ...signed, algorithmOid: SIGNATURE_OID.ecdsaSha256 })).toBe('invalid');
  });

  it('verifies with s on the high side, as many genuine phones sign', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [r, s] = sequence(readDer(sign('sha256', data, pair.privateKey))).map((n) => integer(n));
    const twin = der.sequence(der.integer(r ?? 0n), der.integer(P256_ORDER - (s ?? 0n)));
    const algorithmOid = SIGNATURE_OID.ecdsaSha256;
    const spki = spkiOf(pair.publicKey);
    expect(verifySignature({ algorithmOid, spki, data, signature: twin })).toBe('valid');
  });
});

describe('what this runtime cannot decide is said, not thrown', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = spkiOf(pair.publicKey);
  const signature = sign('sha256', data, pair.privateKey);

  it.each([
    ['SHA-1', '1.2.840.10045.4.1'],
    ['ML-DSA-65', '2.16.840.1.101.3.4.3.18'],
  ])('a signature with %s', (_name, algorithmOid) => {
    expect(verifySignature({ algorithmOid, spki, data, signature })).toBe('unsupported');
  });

  it('a key of ML-DSA or of no kind at all', () => {
    const mlDsa = der.sequence(
      der.sequence(der.oid('2.16.840.1.101.3.4.3.18')),
      der.bitString(new Uint8Array(1952)),
    );
    // A newer runtime may load it; then the algorithm of the signature is another matter.
    const signed = { algorithmOid: SIGNATURE_OID.ecdsaSha256, data, signature };
    expect(verifySignature({ ...signed, spki: mlDsa })).not.toBe('valid');
    expect(verifySignature({ ...signed, spki: Uint8Array.of(1) })).toBe('unsupported');
  });

  it('a key on a curve that is given by its parameters, whose generator a forger may choose', () => {
    const explicit = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      paramEncoding: 'explicit',
    });
    expect(loadPublicKey(spkiOf(explicit.publicKey))).toBeNull();
    expect(loadPublicKey(spki)).not.toBeNull();
  });
});
