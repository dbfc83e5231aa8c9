import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../encoding/bytes.js';
import { enrolmentBinding, formatU64, keyId, parseU64, profileSString } from './index.js';

function bytes(hex: string): Uint8Array {
  const value = fromHex(hex);
  if (value === null) throw new Error(`not hex: ${hex}`);
  return value;
}

// The expected values below were computed with Python's hashlib from the written specification.
const nonce = Uint8Array.from({ length: 32 }, (_, index) => index);
const spki = bytes(
  '3059301306072a8648ce3d020106082a8648ce3d03010703420004' +
    '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
);

describe('the binding of an enrolment', () => {
  it.each([
    ['tls', undefined, 'cd0c641b4d4bcabd01100aefc944c58b70833039cd4faed52bb1e3d97ddc9e3b'],
    ['sign', undefined, '795f6ef9357fc772bece93cc37c7967411088da058ff56a0177cce05259d3da4'],
    ['tls', '300506032a0304', '1386834e39651f75d99059b923a76a7e4100a739ecbf2490140255a245d549b7'],
  ])('for %s with CSR %s is as specified', (purpose, csr, h) => {
    const input = { rpId: 'relying.party.example', purpose, nonce };
    expect(toHex(enrolmentBinding(csr === undefined ? input : { ...input, csr: bytes(csr) }))).toBe(
      h,
    );
  });

  it('counts bytes of a name, not letters', () => {
    expect(toHex(enrolmentBinding({ rpId: 'bücher.example', purpose: 'tls', nonce }))).toBe(
      'da440c6381478aebe6ac047a254f488da53bdc2fe87a7e742d5ef18791431c25',
    );
  });

  it('differs where a letter moves from the purpose to the name', () => {
    const left = enrolmentBinding({ rpId: 're', purpose: 'lying', nonce });
    const right = enrolmentBinding({ rpId: 'rel', purpose: 'ying', nonce });
    expect(toHex(left)).toBe('f7de1dc2388514d3eb780c68358be9124fe05593a8faab02abc29d247acef907');
    expect(toHex(right)).toBe('32ddebaae43e7fdea79ef9b6c13307fb8996f66e0de140db30411150abd619b9');
  });

  it('is not made from a nonce of another size', () => {
    const short = nonce.subarray(1);
    expect(() => enrolmentBinding({ rpId: 'a', purpose: 'tls', nonce: short })).toThrow(RangeError);
  });
});

describe('a key id', () => {
  it('is the base64url digest of the SPKI', () => {
    expect(keyId(spki)).toBe('XNJS-wzokyQ2-vjM0QQJgbie5K1rn-niorfnGqyyfNM');
  });
});

describe('an unsigned 64-bit decimal', () => {
  it.each(['', '00', '042', '+1', '-1', '-0', ' 1', '1 ', '1.0', '1e3', '0x1', '١', '1\n'])(
    'is refused as %j',
    (text) => {
      expect(parseU64(text)).toBeNull();
    },
  );

  it('is refused one past the largest, and never wraps', () => {
    expect(parseU64('18446744073709551615')).toBe(18446744073709551615n);
    expect(parseU64('18446744073709551616')).toBeNull();
    expect(() => formatU64(1n << 64n)).toThrow(RangeError);
    expect(() => formatU64(-1n)).toThrow(RangeError);
  });

  it('has exactly one text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value) => {
        expect(parseU64(formatU64(value))).toBe(value);
      }),
    );
  });
});

describe('the string of profile S', () => {
  const input = {
    method: 'PUT',
    authority: 'relying.party.example:8443',
    target: '/v1/orders/7?x=%2F',
    keyId: keyId(spki),
    epoch: 3n,
    counter: 9007199254740993n,
    timestampMs: 1767225600123n,
    contentType: 'application/json',
    body: utf8('{"a":1}\n'),
  };

  it('is as specified, past 2^53 too', () => {
    expect(profileSString(input)).toBe(
      'attestlab-s1\nPUT\nrelying.party.example:8443\n/v1/orders/7?x=%2F\n' +
        'XNJS-wzokyQ2-vjM0QQJgbie5K1rn-niorfnGqyyfNM\n3\n9007199254740993\n1767225600123\n' +
        'application/json\n40ZDICGwQXlRjZYU81YMzXE1Sk7hAd3LiT1pWanWMBw\n',
    );
  });

  it('has an empty line for no content type and the digest of nothing for no body', () => {
    const text = profileSString({ ...input, contentType: '', body: new Uint8Array() });
    expect(text.endsWith('\n\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\n')).toBe(true);
  });

  it('is not made from a field that holds a line feed', () => {
    expect(() => profileSString({ ...input, target: '/a\nb' })).toThrow(/line feed/);
  });

  it('differs wherever one field differs', () => {
    const texts = [
      input,
      { ...input, method: 'POST' },
      { ...input, authority: 'relying.party.example' },
      { ...input, target: '/v1/orders/7?x=/' },
      { ...input, epoch: 4n },
      { ...input, counter: 9007199254740992n },
      { ...input, timestampMs: 1767225600124n },
      { ...input, contentType: 'application/JSON' },
      { ...input, body: utf8('{"a":1}') },
    ].map(profileSString);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
