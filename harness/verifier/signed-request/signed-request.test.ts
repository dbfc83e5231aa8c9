import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64, toBase64url, utf8 } from '../../encoding/bytes.js';
import { keyId, PROFILE_S_HEADERS, type ProfileSInput } from '../../evidence/formats/index.js';
import {
  parseSignedRequest,
  profileSHeaders,
  type SignedHttpRequest,
} from '../../evidence/signed-request/index.js';
import type { SignedRequestExpected } from '../expected.js';
import { failing, withStatus } from '../result.js';
import { emptyTrust, testPolicy } from '../testing/test-appraisal.js';
import { signedRequest } from './index.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
const now = new Date('2026-03-01T12:00:00Z');

const input: ProfileSInput = {
  method: 'POST',
  authority: 'api.example.test',
  target: '/v1/orders?dry=1',
  keyId: keyId(spki),
  epoch: 2n,
  counter: 42n,
  timestampMs: BigInt(now.getTime()),
  contentType: 'application/json',
  body: utf8('{"amount":10}'),
};

const registered = { keyId: keyId(spki), spki, epoch: 2n, lastCounter: 41n };

function es256(signed: Uint8Array): Uint8Array {
  return new Uint8Array(sign('sha256', signed, privateKey));
}

type Headers = SignedHttpRequest['headers'];

function requestFor(made: ProfileSInput, extra: Headers = []): SignedHttpRequest {
  const { method, authority, target, body } = made;
  const headers = [...profileSHeaders(made, es256), ['Content-Type', made.contentType] as const];
  return { method, authority, target, body, headers: [...headers, ...extra] };
}

function replaceHeader(request: SignedHttpRequest, name: string, value: string) {
  const headers = request.headers.map((header): readonly [string, string] =>
    header[0] === name ? [name, value] : header,
  );
  return { ...request, headers };
}

function appraise(
  request: SignedHttpRequest,
  expected: Partial<SignedRequestExpected> = {},
  at: Date = now,
) {
  return signedRequest.run({
    evidence: parseSignedRequest(request),
    expected: { key: registered, ...expected },
    policy: testPolicy({ signedRequest: { pastWindowMs: 120_000, futureWindowMs: 30_000 } }),
    trust: emptyTrust,
    now: at,
    memo: null,
  });
}

function at(offsetMs: number): Date {
  return new Date(now.getTime() + offsetMs);
}

describe('a signed request', () => {
  it('passes every check that it gives occasion for', () => {
    const result = appraise(requestFor(input), { connectionKeyIds: [keyId(spki)] });
    expect(withStatus(result, 'not-applicable')).toEqual([
      'signed-request/digest-matches',
      'signed-request/algorithm-allowed',
      'signed-request/components-covered',
      'signed-request/app-matches',
      'signed-request/assertion-counter-increased',
    ]);
    expect(withStatus(result, 'passed')).toHaveLength(signedRequest.checks.length - 5);
    expect(result.claims).toMatchObject({
      keyId: keyId(spki),
      counter: '42',
      epoch: '2',
      contentType: 'application/json',
    });
  });

  it('passes without body and content type, which are signed as absent', () => {
    const bare = { ...input, contentType: '', body: new Uint8Array() };
    const { method, authority, target, body } = bare;
    const headers = profileSHeaders(bare, es256);
    expect(failing(appraise({ method, authority, target, body, headers }))).toEqual([]);
  });

  it('passes in its first use of an epoch, with counter zero too', () => {
    const key = { ...registered, lastCounter: null };
    expect(failing(appraise(requestFor({ ...input, counter: 0n }), { key }))).toEqual([]);
  });

  it('passes with counters past 2^53 that differ by one', () => {
    const key = { ...registered, lastCounter: 9007199254740992n };
    const request = requestFor({ ...input, counter: 9007199254740993n });
    expect(failing(appraise(request, { key }))).toEqual([]);
  });

  it('passes with header names in any case', () => {
    const request = requestFor(input);
    const headers = request.headers.map(([name, value]): readonly [string, string] => [
      name.toUpperCase(),
      value,
    ]);
    expect(failing(appraise({ ...request, headers }))).toEqual([]);
  });

  it('passes with a high s, which half of all phones produce', () => {
    const signatures = Array.from({ length: 24 }, () => requestFor(input));
    const results = signatures.map((request) => appraise(request));
    expect(results.flatMap(failing)).toEqual([]);
    expect(new Set(results.map((result) => result.claims['highS']))).toEqual(
      new Set([true, false]),
    );
  });
});

describe('each check of a signed request fails alone', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const otherSpki = new Uint8Array(other.publicKey.export({ type: 'spki', format: 'der' }));

  it('key-known, where nobody registered the key', () => {
    expect(failing(appraise(requestFor(input), { key: null }))).toEqual([
      'signed-request/key-known',
    ]);
  });

  it('key-known, where the store hands out another key', () => {
    const key = { ...registered, spki: otherSpki };
    expect(failing(appraise(requestFor(input), { key }))).toEqual(['signed-request/key-known']);
  });

  it.each([[[]], [['another']]])('key-bound-to-connection, for keys %j', (connectionKeyIds) => {
    expect(failing(appraise(requestFor(input), { connectionKeyIds }))).toEqual([
      'signed-request/key-bound-to-connection',
    ]);
  });

  it('key-bound-to-connection says that it does not apply without a client certificate', () => {
    expect(withStatus(appraise(requestFor(input)), 'not-applicable')).toContain(
      'signed-request/key-bound-to-connection',
    );
  });

  it('digest-matches, where a stated digest is of another body', () => {
    const stated = `sha-256=:${toBase64(new Uint8Array(32))}:`;
    const request = requestFor(input, [['content-digest', stated]]);
    expect(failing(appraise(request))).toEqual(['signed-request/digest-matches']);
  });

  it('digest-matches passes where the stated digest is right, beside others', () => {
    // SHA-256 of the body, computed with OpenSSL.
    const stated = 'sha-512=:AAAA:, sha-256=:ojDrnJCqKi6cwShv1QWjSL6ujLdHMCVWCNuShOL3zvU=:';
    const request = requestFor({ ...input, body: utf8('digest me') }, [['Content-Digest', stated]]);
    const result = appraise(request);
    expect(withStatus(result, 'passed')).toContain('signed-request/digest-matches');
    expect(failing(result)).toEqual([]);
  });

  it('signature-encoding-allowed, for r and s side by side', () => {
    const text = utf8('anything');
    const raw = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const request = replaceHeader(
      requestFor(input),
      PROFILE_S_HEADERS.signature,
      toBase64url(new Uint8Array(raw)),
    );
    expect(failing(appraise(request))).toEqual(['signed-request/signature-encoding-allowed']);
  });

  it('signature-encoding-allowed, for a byte after the signature', () => {
    const request = requestFor(input);
    const sent = request.headers.find(([name]) => name === PROFILE_S_HEADERS.signature)?.[1];
    const longer = [...(fromBase64url(sent ?? '') ?? []), 0];
    const result = appraise(
      replaceHeader(request, PROFILE_S_HEADERS.signature, toBase64url(Uint8Array.from(longer))),
    );
    expect(failing(result)).toEqual(['signed-request/signature-encoding-allowed']);
    expect(withStatus(result, 'blocked')).toEqual([
      'signed-request/signature-verifies',
      'signed-request/app-matches',
      'signed-request/assertion-counter-increased',
    ]);
  });

  it.each([
    ['the body', { body: utf8('{"amount":1000}') }],
    ['the method', { method: 'PUT' }],
    ['the authority', { authority: 'api.example.test:8443' }],
    ['the target', { target: '/v1/orders?dry=0' }],
  ])('signature-verifies, where %s is another', (_, change) => {
    expect(failing(appraise({ ...requestFor(input), ...change }))).toEqual([
      'signed-request/signature-verifies',
    ]);
  });

  it.each([
    [PROFILE_S_HEADERS.counter, '43'],
    [PROFILE_S_HEADERS.timestamp, String(now.getTime() + 1)],
    ['Content-Type', 'text/plain'],
  ])('signature-verifies, where header %s is another', (name, value) => {
    expect(failing(appraise(replaceHeader(requestFor(input), name, value)))).toEqual([
      'signed-request/signature-verifies',
    ]);
  });

  it('signature-verifies, for a registered key that is not on P-256', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsaSpki = new Uint8Array(rsa.publicKey.export({ type: 'spki', format: 'der' }));
    const key = { ...registered, spki: rsaSpki, keyId: keyId(rsaSpki) };
    const request = requestFor({ ...input, keyId: keyId(rsaSpki) });
    expect(failing(appraise(request, { key }))).toEqual(['signed-request/signature-verifies']);
  });

  it.each([1n, 3n])('epoch-current, for epoch %s', (epoch) => {
    const result = appraise(requestFor({ ...input, epoch }));
    expect(failing(result)).toEqual(['signed-request/epoch-current']);
    expect(withStatus(result, 'blocked')).toEqual([
      'signed-request/counter-not-replayed',
      'signed-request/counter-not-rolled-back',
    ]);
  });

  it.each([
    [120_000, []],
    [120_001, ['signed-request/timestamp-not-stale']],
    [-30_000, []],
    [-30_001, ['signed-request/timestamp-not-ahead']],
  ])('the timestamp, %i ms later', (offsetMs, ids) => {
    expect(failing(appraise(requestFor(input), {}, at(offsetMs)))).toEqual(ids);
  });

  it.each([
    [41n, 'signed-request/counter-not-replayed'],
    [40n, 'signed-request/counter-not-rolled-back'],
    [0n, 'signed-request/counter-not-rolled-back'],
  ])('the counter, where it is %s after 41', (counter, id) => {
    expect(failing(appraise(requestFor({ ...input, counter })))).toEqual([id]);
  });
});

describe('a malformed signed request', () => {
  const request = requestFor(input);

  function wellFormedFinding(bad: SignedHttpRequest) {
    const result = appraise(bad);
    expect(failing(result)).toEqual(['signed-request/well-formed']);
    expect(withStatus(result, 'blocked')).toHaveLength(signedRequest.checks.length - 1);
    return result.checks[0];
  }

  it.each(Object.values(PROFILE_S_HEADERS))('lacks header %s', (name) => {
    const headers = request.headers.filter(([sent]) => sent !== name);
    expect(wellFormedFinding({ ...request, headers })).toMatchObject({
      actual: `header ${name} is missing`,
    });
  });

  it.each([...Object.values(PROFILE_S_HEADERS), 'content-type'])('has %s twice', (name) => {
    const found = request.headers.find(([sent]) => sent.toLowerCase() === name);
    const again: readonly [string, string] = [name.toUpperCase(), found?.[1] ?? ''];
    wellFormedFinding({ ...request, headers: [...request.headers, again] });
  });

  it.each([
    [PROFILE_S_HEADERS.counter, '042'],
    [PROFILE_S_HEADERS.counter, '-1'],
    [PROFILE_S_HEADERS.counter, '18446744073709551616'],
    [PROFILE_S_HEADERS.epoch, ''],
    [PROFILE_S_HEADERS.timestamp, '1.5'],
    [PROFILE_S_HEADERS.signature, 'not base64url!'],
    [PROFILE_S_HEADERS.signature, 'MEUCIQ=='],
    [PROFILE_S_HEADERS.keyId, 'AAAA'],
    ['Content-Type', 'text/plain\nx'],
  ])('has %s: %j', (name, value) => {
    wellFormedFinding(replaceHeader(request, name, value));
  });

  it.each([
    ['a target with a line feed', { target: '/a\nb' }],
    ['an empty target', { target: '' }],
    ['a method with a space', { method: 'PO ST' }],
    ['an empty authority', { authority: '' }],
    ['a header name with a space', { headers: [...request.headers, ['a b', ''] as const] }],
    [
      'a digest that is none',
      { headers: [...request.headers, ['content-digest', 'sha-256=:AAAA:'] as const] },
    ],
  ])('has %s', (_, change) => {
    wellFormedFinding({ ...request, ...change });
  });

  it('is never accepted after any change to its signature, and never throws', () => {
    const sent = request.headers.find(([name]) => name === PROFILE_S_HEADERS.signature)?.[1];
    const signature = fromBase64url(sent ?? '') ?? new Uint8Array();
    fc.assert(
      fc.property(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const spoilt = signature.map((byte, where) => (where === index ? byte ^ flip : byte));
        const bad = replaceHeader(request, PROFILE_S_HEADERS.signature, toBase64url(spoilt));
        expect(failing(appraise(bad))).not.toEqual([]);
      }),
    );
  });

  it('never throws on headers of any text', () => {
    const headers = fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 6 });
    fc.assert(
      fc.property(headers, fc.string(), (extra, target) => {
        parseSignedRequest({ ...request, target, headers: [...request.headers, ...extra] });
      }),
    );
  });
});
