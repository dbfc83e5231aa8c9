import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { keyId } from '../../evidence/formats/index.js';
import {
  parseSignedRequest,
  profileRHeaders,
  profileRSignature,
  profileSHeaders,
  type NewHttpSignature,
  type ProfileRInput,
  type SignedHttpRequest,
} from '../../evidence/signed-request/index.js';
import { CHECK_IDS } from '../check-ids.js';

import { failing, withStatus } from '../result.js';
import { emptyTrust, testPolicy } from '../testing/test-appraisal.js';
import { signedRequest } from './index.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
const now = new Date('2026-03-01T12:00:00Z');
const KEY_ID = keyId(spki);

const input: ProfileRInput = {
  ...{ method: 'POST', authority: 'api.example.test', target: '/v1/orders?dry=1' },
  ...{ keyId: KEY_ID, epoch: 2n, counter: 42n, timestampMs: BigInt(now.getTime()) },
  ...{ contentType: 'application/json', body: utf8('{"amount":10}') },
};
const USUAL = profileRSignature(input);
const registered = { keyId: KEY_ID, spki, epoch: 2n, lastCounter: 41n };

const pair = (data: Uint8Array): Uint8Array =>
  new Uint8Array(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
const derSigned = (data: Uint8Array): Uint8Array =>
  new Uint8Array(sign('sha256', data, privateKey));

function requestFor(
  made: ProfileRInput = input,
  changes: Partial<NewHttpSignature> = {},
  signer = pair,
): SignedHttpRequest {
  const { method, authority, target, body, contentType } = made;
  const type = contentType === '' ? [] : [['Content-Type', contentType] as const];
  const headers = [...profileRHeaders(made, signer, changes), ...type];
  return { method, authority, target, body, headers };
}

function withParameter(name: string, value: string | number | null): Partial<NewHttpSignature> {
  const parameters = new Map(USUAL.parameters);
  if (value === null) parameters.delete(name);
  else parameters.set(name, value);
  return { parameters };
}

function appraise(request: SignedHttpRequest, atMs = now.getTime(), key = registered) {
  return signedRequest.run({
    evidence: parseSignedRequest(request),
    expected: { key, connectionKeyIds: [KEY_ID] },
    policy: testPolicy({ signedRequest: { pastWindowMs: 120_000, futureWindowMs: 30_000 } }),
    trust: emptyTrust,
    now: new Date(atMs),
    memo: null,
  });
}

function replaced(request: SignedHttpRequest, wanted: string, value: string): SignedHttpRequest {
  const headers = request.headers.map(([name, old]) =>
    name.toLowerCase() === wanted ? ([name, value] as const) : ([name, old] as const),
  );
  return { ...request, headers };
}

const headerOf = (request: SignedHttpRequest, wanted: string): string =>
  request.headers.find(([name]) => name === wanted)?.[1] ?? '';

describe('a request that is signed with profile R', () => {
  it('passes every check that it gives occasion for', () => {
    const result = appraise(requestFor());
    expect(failing(result)).toEqual([]);
    expect(withStatus(result, 'not-applicable')).toEqual([
      'signed-request/app-matches',
      'signed-request/assertion-counter-increased',
    ]);
    expect(result.claims).toMatchObject({ profile: 'R', counter: '42', epoch: '2' });
  });

  it.each([
    ['without body and type', { contentType: '', body: new Uint8Array() }],
    ['without query', { target: '/v1/orders' }],
    ['with the largest counter of 64 bits', { counter: 18446744073709551615n }],
  ])('passes %s', (_name, change) => {
    expect(failing(appraise(requestFor({ ...input, ...change })))).toEqual([]);
  });

  it('passes beside a signature of somebody else', () => {
    const request = requestFor();
    const other = 'proxy=("@method");created=1;keyid="p";tag="proxy"';
    const both = replaced(
      replaced(request, 'signature-input', `${other}, ${headerOf(request, 'signature-input')}`),
      'signature',
      `proxy=:AAAA:, ${headerOf(request, 'signature')}`,
    );
    expect(failing(appraise(both))).toEqual([]);
  });

  // RFC 9421, 3.3 and B.2: every other algorithm of its registry.
  it.each([
    ...['rsa-pss-sha512', 'rsa-v1_5-sha256', 'hmac-sha256', 'ecdsa-p384-sha384', 'ed25519'],
    ...['none', 'ECDSA-P256-SHA256'],
  ])('is refused for the algorithm %s alone', (algorithm) => {
    const result = appraise(requestFor(input, withParameter('alg', algorithm)));
    expect(failing(result)).toEqual(['signed-request/algorithm-allowed']);
    expect(CHECK_IDS['signed-request/algorithm-allowed'].refusal).toBe('alg_not_allowed');
  });

  it.each(USUAL.components)('is refused where %s is not covered', (left) => {
    const components = USUAL.components.filter((name) => name !== left);
    expect(failing(appraise(requestFor(input, { components })))).toEqual([
      'signed-request/components-covered',
    ]);
  });

  it('is refused for a signature in DER, or one that is cut off', () => {
    const encoding = ['signed-request/signature-encoding-allowed'];
    expect(failing(appraise(requestFor(input, {}, derSigned)))).toEqual(encoding);
    const short = requestFor(input, {}, (data) => pair(data).subarray(1));
    expect(failing(appraise(short))).toEqual(encoding);
    const zero = requestFor(input, {}, () => new Uint8Array(64));
    expect(failing(appraise(zero))).toEqual(encoding);
  });

  it.each([
    ['the method', { method: 'PUT' }],
    ['the authority', { authority: 'other.example.test' }],
    ['the path', { target: '/v1/orders/1?dry=1' }],
    ['the query', { target: '/v1/orders?dry=0' }],
    ['an empty query', { target: '/v1/orders?dry=1&' }],
  ])('is refused where %s is another', (_name, change) => {
    expect(failing(appraise({ ...requestFor(), ...change }))).toEqual([
      'signed-request/signature-verifies',
    ]);
  });

  it('is refused where the body is another, by the digest, whoever states one', () => {
    const body = utf8('{"amount":1000}');
    expect(failing(appraise({ ...requestFor(), body }))).toEqual(['signed-request/digest-matches']);
    const digest = headerOf(requestFor({ ...input, body }), 'content-digest');
    const restated = replaced({ ...requestFor(), body }, 'content-digest', digest);
    expect(failing(appraise(restated))).toEqual(['signed-request/signature-verifies']);
  });

  it.each([
    [120_000, []],
    [120_001, ['signed-request/timestamp-not-stale']],
    [-30_000, []],
    [-30_001, ['signed-request/timestamp-not-ahead']],
  ])('is judged by whole seconds, %i ms later', (offsetMs, ids) => {
    const signedLate = { ...input, timestampMs: input.timestampMs + 999n };
    expect(failing(appraise(requestFor(signedLate), now.getTime() + offsetMs))).toEqual(ids);
  });

  it('is refused once its sender says that it is over', () => {
    const seconds = now.getTime() / 1000 + 5;
    const request = requestFor(input, withParameter('expires', seconds));
    expect(failing(appraise(request, now.getTime() + 5_000))).toEqual([]);
    expect(failing(appraise(request, now.getTime() + 5_001))).toEqual([
      'signed-request/timestamp-not-stale',
    ]);
  });

  it.each([
    [41n, 'signed-request/counter-not-replayed'],
    [40n, 'signed-request/counter-not-rolled-back'],
  ])('is refused with counter %s after 41', (counter, id) => {
    expect(failing(appraise(requestFor({ ...input, counter })))).toEqual([id]);
  });
});

describe('a request of profile R is malformed', () => {
  it.each([
    ['without key id', withParameter('keyid', null)],
    ['with a key id of 31 bytes', withParameter('keyid', 'A'.repeat(42))],
    ['without algorithm', withParameter('alg', null)],
    ['without nonce', withParameter('nonce', null)],
    ['with a nonce of one number', withParameter('nonce', '42')],
    ['with a nonce of three', withParameter('nonce', '2:42:1')],
    ['with a leading zero in the nonce', withParameter('nonce', '2:042')],
    ['with 2^64 in the nonce', withParameter('nonce', '2:18446744073709551616')],
    ['with another tag', withParameter('tag', 'other')],
    ['without created', withParameter('created', null)],
    ['with a text for created', withParameter('created', '1')],
    ['with a fraction of a second', withParameter('created', 1.5)],
    ['with a time before 1970', withParameter('created', -1)],
    ['with a parameter more', withParameter('extra', 'x')],
  ])('%s', (_name, changes) => {
    expect(failing(appraise(requestFor(input, changes)))).toEqual(['signed-request/well-formed']);
  });

  const request = requestFor();
  const doubled = (name: string): SignedHttpRequest => ({
    ...request,
    headers: [...request.headers, [name, headerOf(request, name)]],
  });
  const own = headerOf(request, 'signature-input').slice('sig1='.length);

  it.each([
    [
      'without Signature',
      { ...request, headers: request.headers.filter(([n]) => n !== 'signature') },
    ],
    ['with another label', replaced(request, 'signature', 'sig2=:AAAA:')],
    ['with a text for the signature', replaced(request, 'signature', 'sig1="AAAA"')],
    [
      'with two signatures of the tag',
      replaced(request, 'signature-input', `a=${own}, sig1=${own}`),
    ],
    ['with no list for Signature-Input', replaced(request, 'signature-input', 'sig1=1')],
    ['with two digests', doubled('content-digest')],
    [
      'with two types',
      { ...request, headers: [...request.headers, ['content-type', 'a/b'] as const] },
    ],
    [
      'with the headers of profile S beside it',
      { ...request, headers: [...request.headers, ...profileSHeaders(input, derSigned)] },
    ],
  ])('%s', (_name, bad) => {
    expect(failing(appraise(bad))).toEqual(['signed-request/well-formed']);
  });

  it('and never throws, whatever the fields hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const headers = [
          ['signature-input', one],
          ['signature', other],
        ] as const;
        parseSignedRequest({ ...request, headers });
        parseSignedRequest(replaced(request, 'signature-input', `sig1=${one}`));
      }),
    );
  });
});
