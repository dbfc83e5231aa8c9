import { describe, expect, it } from 'vitest';
import type { SignedRequest } from '../evidence/signed-request/index.js';
import { AnsweredRequests } from './answered-requests.js';

const END_MS = 1_000;

function request(changes: Partial<SignedRequest> = {}): SignedRequest {
  return {
    ...{ profile: 'S', keyId: 'a', epoch: 1n, counter: 7n, timestampMs: 0n, contentType: '' },
    ...{ expiresAtMs: null, algorithm: null, missingComponents: [], form: 'ecdsa' },
    ...{ signature: Uint8Array.of(1), assertion: null, signedText: '', contentDigest: null },
    ...changes,
  };
}

describe('an answered request', () => {
  it('is known again by its signature, until its time has passed', () => {
    const answered = new AnsweredRequests();
    answered.keep(request(), { orderId: 'one' }, END_MS);
    expect(answered.find(request(), END_MS)).toEqual({ orderId: 'one' });
    expect(answered.find(request(), END_MS + 1)).toBeNull();
  });

  it.each([
    ['another signature', { signature: Uint8Array.of(2) }],
    ['another counter', { counter: 8n }],
    ['another epoch', { epoch: 2n }],
    ['another key', { keyId: 'b' }],
  ])('is not taken for one with %s', (_what, changes) => {
    const answered = new AnsweredRequests();
    answered.keep(request(), { orderId: 'one' }, END_MS);
    expect(answered.find(request(changes), 0)).toBeNull();
  });

  it('gives way to later ones where there are too many', () => {
    const answered = new AnsweredRequests(2);
    for (const counter of [1n, 2n, 3n]) {
      answered.keep(request({ counter }), { orderId: counter.toString() }, END_MS);
    }
    expect(answered.find(request({ counter: 1n }), 0)).toBeNull();
    expect(answered.find(request({ counter: 2n }), 0)).toEqual({ orderId: '2' });
    expect(answered.find(request({ counter: 3n }), 0)).toEqual({ orderId: '3' });
  });
});
