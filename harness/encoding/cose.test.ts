import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeCbor, readCbor } from './cbor.js';
import { coseP256, p256PointOfSpki, p256SpkiOfPoint, readCoseP256 } from './cose.js';
import { parsing } from './parsed.js';

const spki = new Uint8Array(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    type: 'spki',
    format: 'der',
  }),
);
const point = p256PointOfSpki(spki) ?? new Uint8Array();

function read(changes: readonly (readonly [number, unknown])[]) {
  const map = new Map<number, unknown>([...coseP256(point), ...changes]);
  return parsing(() => readCoseP256(readCbor(encodeCbor(map))));
}

describe('a COSE key', () => {
  it('gives back the point that it was made of', () => {
    expect(read([])).toEqual({ ok: true, value: point });
    expect(p256SpkiOfPoint(point)).toEqual(spki);
  });

  it.each([
    ['another key type', [1, 1]],
    ['another algorithm', [3, -35]],
    ['another curve', [-1, 2]],
    ['a short coordinate', [-2, new Uint8Array(31)]],
    ['a compressed point, where y is a sign', [-3, true]],
    ['a private part', [-4, new Uint8Array(32)]],
  ] as const)('is refused with %s', (_, change) => {
    expect(read([change]).ok).toBe(false);
  });

  it('is not made of anything but an uncompressed point', () => {
    expect(() => coseP256(point.subarray(1))).toThrow(RangeError);
    expect(() => p256SpkiOfPoint(point.subarray(1))).toThrow(RangeError);
    expect(p256PointOfSpki(spki.subarray(1))).toBeNull();
  });
});
