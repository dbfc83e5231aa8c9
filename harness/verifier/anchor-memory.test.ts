import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TrustAnchor } from '../trust/index.js';
import { anchorKey, ownOutcome } from './anchor-memory.js';

function spki(): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
}

function anchor(certificates: readonly Uint8Array[] = []): TrustAnchor {
  return { name: 'test', spki: spki(), subject: new Uint8Array(), certificates };
}

describe('what is remembered of an anchor', () => {
  it('is its key, loaded once', () => {
    const one = anchor();
    expect(anchorKey(one)).not.toBeNull();
    expect(anchorKey(one)).toBe(anchorKey(one));
    expect(anchorKey(anchor())).not.toBe(anchorKey(one));
  });

  it('is another key once its bytes are others', () => {
    const one = anchor();
    const before = anchorKey(one);
    one.spki.set(spki());
    const after = anchorKey(one);
    expect(after?.equals(before ?? after)).toBe(false);
  });

  it('is the outcome of its own certificates, each asked once', () => {
    const [own, other] = [Uint8Array.of(1), Uint8Array.of(2)];
    const one = anchor([own]);
    const asked: number[] = [];
    const ask = (bytes: Uint8Array) =>
      ownOutcome(one, bytes, () => {
        asked.push(bytes[0] ?? 0);
        return bytes === own ? 'invalid' : 'valid';
      });
    expect([ask(own), ask(other), ask(own), ask(other)]).toEqual([
      ...['invalid', 'valid'],
      ...['invalid', 'valid'],
    ]);
    // A certificate that the anchor does not list may be anybody's and is not kept.
    expect(asked).toEqual([1, 2, 2]);
  });

  it('does not hold for a certificate whose bytes have changed', () => {
    const own = Uint8Array.of(1);
    const one = anchor([own.slice()]);
    expect(ownOutcome(one, own, () => 'valid')).toBe('valid');
    own.set([2]);
    expect(ownOutcome(one, own, () => 'invalid')).toBe('invalid');
  });
});
