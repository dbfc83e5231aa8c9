import { createHash } from 'node:crypto';
import { toBase64, toBase64url, utf8 } from '../../encoding/bytes.js';
import { flipBit } from '../../attacks/edit-der.js';
import { keyId, PROFILE_S_HEADERS } from '../../evidence/formats/index.js';
import {
  parseSignedRequest,
  profileSHeaders,
  type SignedHttpRequest,
} from '../../evidence/signed-request/index.js';
import { FORMATS, LAB, type CheckId, type SignedRequestExpected } from '../../verifier/index.js';
import { NOW } from '../minting/certificate.js';
import { testDigest, testKey } from '../minting/test-key.js';
import { allBut, draftsFor, trustWith, type VectorDraft, type VectorFileDraft } from './draft.js';

type Draft = VectorDraft<'signed-request'>;

const KEY = testKey('signing');
const KEY_ID = keyId(KEY.spki);
const SIGNED = {
  ...{ method: 'POST', authority: 'api.example.test', target: '/v1/orders?dry=1', keyId: KEY_ID },
  ...{ epoch: 2n, counter: 42n, timestampMs: BigInt(NOW.getTime()) },
  ...{ contentType: 'application/json', body: utf8('{"amount":10}') },
};
const REGISTERED = { keyId: KEY_ID, spki: KEY.spki, epoch: 2n, lastCounter: 41n };
const GOOD = { key: REGISTERED, connectionKeyIds: [KEY_ID] } satisfies SignedRequestExpected;

const { method, authority, target, body, contentType } = SIGNED;
const REQUEST: SignedHttpRequest = {
  ...{ method, authority, target, body },
  headers: [
    ...profileSHeaders(SIGNED, (data) => KEY.sign(data)),
    ['content-type', contentType] as const,
  ],
};

const drafts = draftsFor<'signed-request'>({
  evidence: parseSignedRequest(REQUEST),
  expected: GOOD,
});

function sent(changes: Partial<SignedHttpRequest>) {
  return { evidence: parseSignedRequest({ ...REQUEST, ...changes }) };
}

function withHeader(name: string, value: string) {
  const headers = REQUEST.headers.filter(([other]) => other !== name);
  return sent({ headers: [...headers, [name, value]] });
}

const digestOf = (bytes: Uint8Array): string =>
  `sha-256=:${toBase64(new Uint8Array(createHash('sha256').update(bytes).digest()))}:`;

const passing: readonly Draft[] = [
  drafts.passing('post', {
    description: 'a POST with a body, over a connection of its key’s phone',
    checks: allBut(
      FORMATS['signed-request'].checks.map(({ id }) => id),
      ['signed-request/digest-matches'],
    ),
  }),
  drafts.passing('content-digest', {
    description: 'a request that states the digest of its body',
    checks: ['signed-request/digest-matches'],
    ...withHeader('content-digest', digestOf(body)),
  }),
];

const failures: readonly Draft[] = [
  drafts.soleFailure('signed-request/well-formed', {
    ...{ slug: 'counter-twice', description: 'the counter is sent twice' },
    ...sent({ headers: [...REQUEST.headers, [PROFILE_S_HEADERS.counter, '43']] }),
  }),
  drafts.soleFailure('signed-request/key-known', {
    ...{ slug: 'unregistered', description: 'nobody registered the key' },
    expected: { ...GOOD, key: null },
  }),
  drafts.soleFailure('signed-request/key-bound-to-connection', {
    ...{ slug: 'other-phone', description: 'the connection belongs to the phone of another key' },
    expected: { ...GOOD, connectionKeyIds: [keyId(testKey('other signing').spki)] },
  }),
  drafts.soleFailure('signed-request/digest-matches', {
    ...{ slug: 'other-body', description: 'the stated digest is that of another body' },
    ...withHeader('content-digest', digestOf(utf8('{"amount":11}'))),
  }),
  drafts.soleFailure('signed-request/signature-encoding-allowed', {
    ...{ slug: 'pair', description: '64 bytes for a signature, as if r and s stood side by side' },
    ...withHeader(PROFILE_S_HEADERS.signature, toBase64url(new Uint8Array(64).fill(1))),
  }),
  drafts.soleFailure('signed-request/signature-verifies', {
    ...{ slug: 'body-bit', description: 'a bit of the body is turned over' },
    ...sent({ body: flipBit(body, -2) }),
  }),
  drafts.soleFailure('signed-request/epoch-current', {
    ...{ slug: 'earlier', description: 'the epoch is that of an earlier registration' },
    expected: { ...GOOD, key: { ...REGISTERED, epoch: 3n } },
  }),
  drafts.soleFailure('signed-request/timestamp-not-stale', {
    ...{ slug: 'a-millisecond-late', description: 'signed 120.001 s ago, and policy says 120 s' },
    now: new Date(NOW.getTime() + 120_001),
  }),
  drafts.soleFailure('signed-request/timestamp-not-ahead', {
    ...{ slug: 'a-millisecond-early', description: 'signed in 30.001 s, and policy says 30 s' },
    now: new Date(NOW.getTime() - 30_001),
  }),
  drafts.soleFailure('signed-request/counter-not-replayed', {
    ...{ slug: 'same-again', description: 'the counter is the one that was accepted last' },
    expected: { ...GOOD, key: { ...REGISTERED, lastCounter: 42n } },
  }),
  drafts.soleFailure('signed-request/counter-not-rolled-back', {
    ...{ slug: 'past-2-53', description: 'one below the last counter, where doubles are equal' },
    ...counting(9_007_199_254_740_992n),
    expected: { ...GOOD, key: { ...REGISTERED, lastCounter: 9_007_199_254_740_993n } },
  }),
];

function counting(counter: bigint) {
  const headers = profileSHeaders({ ...SIGNED, counter }, (data) => KEY.sign(data));
  return sent({ headers: [...headers, ['content-type', contentType]] });
}

const malformed: readonly Draft[] = [
  broken('target-space', ['signed-request/well-formed'], {
    description: 'a space in the target',
    ...sent({ target: '/v1/ orders' }),
  }),
  broken(
    'key-id-31-bytes',
    ['signed-request/key-known', 'signed-request/key-bound-to-connection'],
    {
      description: 'a key id of 31 bytes',
      ...withHeader(PROFILE_S_HEADERS.keyId, toBase64url(testDigest('short').subarray(1))),
    },
  ),
  broken('digest-no-bytes', ['signed-request/digest-matches'], {
    description: 'the stated digest is a text',
    ...withHeader('content-digest', 'sha-256="none"'),
  }),
  broken(
    'signature-spaces',
    ['signed-request/signature-encoding-allowed', 'signed-request/signature-verifies'],
    {
      description: 'the signature is no base64url',
      ...withHeader(PROFILE_S_HEADERS.signature, 'none at all'),
    },
  ),
  broken('epoch-negative', ['signed-request/epoch-current'], {
    description: 'a negative epoch',
    ...withHeader(PROFILE_S_HEADERS.epoch, '-2'),
  }),
  broken(
    'timestamp-words',
    ['signed-request/timestamp-not-stale', 'signed-request/timestamp-not-ahead'],
    {
      description: 'the timestamp is no number of milliseconds',
      ...withHeader(PROFILE_S_HEADERS.timestamp, '2026-06-01T00:00:00Z'),
    },
  ),
  broken(
    'counter-padded',
    ['signed-request/counter-not-replayed', 'signed-request/counter-not-rolled-back'],
    {
      description: 'a counter with a leading zero',
      ...withHeader(PROFILE_S_HEADERS.counter, '042'),
    },
  ),
];

function broken(
  slug: string,
  checks: readonly CheckId[],
  what: Pick<Draft, 'description' | 'evidence'>,
): Draft {
  return drafts.malformed(slug, { ...what, checks, failed: ['signed-request/well-formed'] });
}

/** The vectors of requests signed with profile S. */
export function signedRequestVectors(): VectorFileDraft<'signed-request'> {
  return {
    format: 'signed-request',
    description: 'HTTP requests signed with profile S, as they were received',
    policies: { lab: LAB },
    trust: { trusted: trustWith({}) },
    vectors: [...passing, ...failures, ...malformed],
  };
}
