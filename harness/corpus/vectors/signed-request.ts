import { createHash } from 'node:crypto';
import { fromHex, toBase64, toBase64url, toHex, utf8 } from '../../encoding/bytes.js';
import { encodeCbor } from '../../encoding/cbor.js';
import { readP256Signature } from '../../encoding/ecdsa.js';
import { flipBit } from '../../attacks/edit-der.js';
import { keyId, PROFILE_S_HEADERS, SIGNATURE_FORM_HEADER } from '../../evidence/formats/index.js';
import {
  parseSignedRequest,
  profileRHeaders,
  profileRSignature,
  profileSAssertionHeaders,
  profileSClientDataHash,
  profileSHeaders,
  type NewHttpSignature,
  type SignedHttpRequest,
} from '../../evidence/signed-request/index.js';
import { FORMATS, LAB, type CheckId, type SignedRequestExpected } from '../../verifier/index.js';
import { APP_ID } from '../minting/apple-app.js';
import {
  APPLE_KEYS,
  keyIdOf,
  mintAssertion,
  u32,
  type AssertionChanges,
} from '../minting/app-attest.js';
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

const RFC9421_CHECKS: readonly CheckId[] = [
  'signed-request/algorithm-allowed',
  'signed-request/components-covered',
];

// The same request, signed with RFC 9421.
function signedWithR(changes: (usual: NewHttpSignature) => Partial<NewHttpSignature> = () => ({})) {
  const sign = (data: Uint8Array): Uint8Array => {
    const { r, s } = readP256Signature(KEY.sign(data));
    const hex = [r, s].map((value) => value.toString(16).padStart(64, '0')).join('');
    return fromHex(hex) ?? new Uint8Array();
  };
  const headers = profileRHeaders(SIGNED, sign, changes(profileRSignature(SIGNED)));
  return sent({ headers: [...headers, ['content-type', contentType]] });
}

function withParameter(name: string, value: string) {
  return ({ parameters }: NewHttpSignature) => ({
    parameters: new Map([...parameters, [name, value]]),
  });
}

function without(name: string) {
  return ({ components }: NewHttpSignature) => ({
    components: components.filter((component) => component !== name),
  });
}

const ASSERTION_CHECKS: readonly CheckId[] = [
  'signed-request/app-matches',
  'signed-request/assertion-counter-increased',
];

// The same request, signed by an App Attest key.
const APP_KEY_ID = toBase64url(keyIdOf(APPLE_KEYS.attested));
const APP_SIGNED = { ...SIGNED, keyId: APP_KEY_ID };
const APP_REGISTERED = {
  ...{ keyId: APP_KEY_ID, spki: APPLE_KEYS.attested.spki, epoch: 2n, lastCounter: 41n },
  appAttest: { appIds: [APP_ID], previousCounter: 6 },
};
const APP_GOOD = {
  key: APP_REGISTERED,
  connectionKeyIds: [KEY_ID, APP_KEY_ID],
} satisfies SignedRequestExpected;

function asserted(changes: AssertionChanges = {}, expected: SignedRequestExpected = APP_GOOD) {
  const clientDataHash = profileSClientDataHash(APP_SIGNED);
  return assertedWith(mintAssertion({ clientDataHash, counter: u32(7), ...changes }), expected);
}

function assertedWith(assertion: Uint8Array, expected: SignedRequestExpected = APP_GOOD) {
  const headers = profileSAssertionHeaders(APP_SIGNED, assertion);
  return { ...sent({ headers: [...headers, ['content-type', contentType]] }), expected };
}

function withHeader(name: string, value: string) {
  const headers = REQUEST.headers.filter(([other]) => other !== name);
  return sent({ headers: [...headers, [name, value]] });
}

const digestOf = (bytes: Uint8Array): string =>
  `sha-256=:${toBase64(new Uint8Array(createHash('sha256').update(bytes).digest()))}:`;

const COUNTER_CHECKS = [
  'signed-request/counter-not-replayed',
  'signed-request/counter-not-rolled-back',
] as const;

/** Of the last four counters, those but the oldest were accepted. */
const WINDOW = { mode: 'window', size: 4, accepted: 0b0111n } as const;

const passing: readonly Draft[] = [
  drafts.passing('post', {
    description: 'a POST with a body, over a connection of its key’s phone',
    checks: allBut(
      FORMATS['signed-request'].checks.map(({ id }) => id),
      ['signed-request/digest-matches', ...RFC9421_CHECKS, ...ASSERTION_CHECKS],
    ),
  }),
  drafts.passing('content-digest', {
    description: 'a request that states the digest of its body',
    checks: ['signed-request/digest-matches'],
    ...withHeader('content-digest', digestOf(body)),
  }),
  drafts.passing('rfc-9421', {
    description: 'the same request, signed with profile R: RFC 9421',
    checks: allBut(
      FORMATS['signed-request'].checks.map(({ id }) => id),
      ASSERTION_CHECKS,
    ),
    ...signedWithR(),
  }),
  drafts.passing('late-in-window', {
    description: 'counter 42 after 45, which a window of four holds and has not seen',
    checks: COUNTER_CHECKS,
    expected: { ...GOOD, key: { ...REGISTERED, lastCounter: 45n, counters: WINDOW } },
  }),
  drafts.passing('nonce', {
    description: 'counter 42 after 45, where counters are nonces',
    checks: COUNTER_CHECKS,
    expected: {
      ...GOOD,
      key: { ...REGISTERED, lastCounter: 45n, counters: { mode: 'nonce', wasAccepted: false } },
    },
  }),
  drafts.passing('app-attest', {
    description: 'a request that an App Attest key signed by an assertion',
    checks: allBut(
      FORMATS['signed-request'].checks.map(({ id }) => id),
      ['signed-request/digest-matches', ...RFC9421_CHECKS],
    ),
    ...asserted(),
  }),
  drafts.passing('app-attest-first', {
    description: 'the first request and the first assertion of an App Attest key',
    checks: ASSERTION_CHECKS,
    ...asserted(
      { counter: u32(1) },
      {
        ...APP_GOOD,
        key: {
          ...APP_REGISTERED,
          ...{ lastCounter: null, appAttest: { appIds: [APP_ID], previousCounter: null } },
        },
      },
    ),
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
  drafts.soleFailure('signed-request/algorithm-allowed', {
    ...{ slug: 'hmac', description: 'the algorithm is said to be one of shared secrets' },
    ...signedWithR(withParameter('alg', 'hmac-sha256')),
  }),
  drafts.soleFailure('signed-request/components-covered', {
    ...{ slug: 'query', description: 'the signature does not cover the query' },
    ...signedWithR(without('@query')),
  }),
  drafts.soleFailure('signed-request/components-covered', {
    ...{ slug: 'content-type', description: 'the signature does not cover the type of the body' },
    ...signedWithR(without('content-type')),
  }),
  drafts.soleFailure('signed-request/signature-encoding-allowed', {
    ...{ slug: 'pair', description: '64 bytes for a signature, as if r and s stood side by side' },
    ...withHeader(PROFILE_S_HEADERS.signature, toBase64url(new Uint8Array(64).fill(1))),
  }),
  drafts.soleFailure('signed-request/signature-encoding-allowed', {
    ...{ slug: 'downgraded', description: 'an App Attest key signs in the form of other keys' },
    evidence: parseSignedRequest({
      ...REQUEST,
      headers: [
        ...profileSHeaders(APP_SIGNED, (data) => APPLE_KEYS.attested.sign(data)),
        ['content-type', contentType],
      ],
    }),
    expected: APP_GOOD,
  }),
  drafts.soleFailure('signed-request/signature-encoding-allowed', {
    ...{ slug: 'form-of-app-attest', description: 'another key says that it signs by assertion' },
    ...withHeader(SIGNATURE_FORM_HEADER, 'app-attest'),
  }),
  drafts.soleFailure('signed-request/signature-verifies', {
    ...{
      slug: 'assertion-of-other-request',
      description: 'the assertion is about another request',
    },
    ...asserted({ clientDataHash: testDigest('another request') }),
  }),
  drafts.soleFailure('signed-request/app-matches', {
    ...{ slug: 'other-app', description: 'the assertion is that of another app' },
    ...asserted({ appId: `${APP_ID}.other` }),
  }),
  drafts.soleFailure('signed-request/assertion-counter-increased', {
    ...{ slug: 'same-again', description: 'a new request, with an assertion that was counted' },
    ...asserted({ counter: u32(6) }),
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
  drafts.soleFailure('signed-request/counter-not-replayed', {
    ...{ slug: 'again-in-window', description: 'the counter lies in the window and was accepted' },
    expected: { ...GOOD, key: { ...REGISTERED, lastCounter: 44n, counters: WINDOW } },
  }),
  drafts.soleFailure('signed-request/counter-not-replayed', {
    ...{ slug: 'nonce-again', description: 'the counter is a nonce and was accepted' },
    expected: {
      ...GOOD,
      key: { ...REGISTERED, counters: { mode: 'nonce', wasAccepted: true } },
    },
  }),
  drafts.soleFailure('signed-request/counter-not-rolled-back', {
    ...{ slug: 'below-window', description: 'the counter lies one below the window' },
    expected: { ...GOOD, key: { ...REGISTERED, lastCounter: 46n, counters: WINDOW } },
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
  broken('form-unknown', ['signed-request/signature-encoding-allowed'], {
    description: 'the signature is of a form that nobody knows',
    ...withHeader(SIGNATURE_FORM_HEADER, 'ecdsa'),
  }),
  drafts.malformed('assertion-no-map', {
    description: 'the assertion is a text',
    checks: ASSERTION_CHECKS,
    failed: ['signed-request/signature-encoding-allowed'],
    ...assertedWith(encodeCbor(toHex(testDigest('text')))),
  }),
  broken('signature-input-spaces', RFC9421_CHECKS, {
    description: 'the list of components is no structured field',
    ...signedWithR(),
    evidence: parseSignedRequest({
      ...REQUEST,
      headers: [
        ['signature-input', 'sig1=(@method'],
        ['signature', 'sig1=:AAAA:'],
      ],
    }),
  }),
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

/** The vectors of signed requests. */
export function signedRequestVectors(): VectorFileDraft<'signed-request'> {
  return {
    format: 'signed-request',
    description: 'HTTP requests signed with profile S or R, as they were received',
    policies: { lab: LAB },
    trust: { trusted: trustWith({}) },
    vectors: [...passing, ...failures, ...malformed],
  };
}
