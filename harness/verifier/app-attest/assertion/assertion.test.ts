import { sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../encoding/bytes.js';
import { encodeCbor } from '../../../encoding/cbor.js';
import { parseAppAttestAssertion } from '../../../evidence/app-attest/index.js';
import type { AppAttestAssertionExpected } from '../../expected.js';
import type { CounterMode } from '../../policy.js';
import { failing, withStatus } from '../../result.js';
import {
  APP_ID,
  createTestAppleKey,
  mintAssertion,
  type AssertionChanges,
} from '../../testing/mint-app-attest.js';
import { emptyTrust, testPolicy } from '../../testing/test-appraisal.js';
import { appAttestAssertion } from '../index.js';

const key = createTestAppleKey();
const otherKey = createTestAppleKey();
const clientDataHash = new Uint8Array(32).fill(9);

function appraise(
  bytes: Uint8Array,
  changes: Partial<AppAttestAssertionExpected> = {},
  counterMode: CounterMode = 'strict',
) {
  return appAttestAssertion.run({
    evidence: parseAppAttestAssertion(bytes),
    expected: {
      appIds: [APP_ID],
      publicKey: key.point,
      clientDataHash,
      previousCounter: null,
      ...changes,
    },
    policy: testPolicy({ appAttest: { ...testPolicy().appAttest, counterMode } }),
    trust: emptyTrust,
    now: new Date(0),
    memo: null,
  });
}

function mint(changes: AssertionChanges = {}): Uint8Array {
  return mintAssertion({ key, clientDataHash }, changes);
}

const EXTENSIONS = encodeCbor(new Map([['apple_bundle_version_01', '7']]));

describe('an App Attest assertion', () => {
  it('passes every check and shows what it says', () => {
    const result = appraise(mint());
    expect(withStatus(result, 'passed')).toHaveLength(appAttestAssertion.checks.length);
    expect(result.claims).toMatchObject({ counter: 1, flags: '0x40', authDataLength: 37 });
  });

  it.each([
    ['no flags', { flags: 0 }],
    ['extensions and their flag', { flags: 0x80, tail: EXTENSIONS }],
    ['extensions under the other flag, as iOS 27 sends them', { flags: 0x40, tail: EXTENSIONS }],
  ])('passes with %s', (_, changes) => {
    expect(failing(appraise(mint(changes)))).toEqual([]);
  });

  it.each([
    [0x80000000, 0x7fffffff],
    [0xffffffff, 0xfffffffe],
    [5, 1],
  ])('passes with counter %i after %i', (counter, previousCounter) => {
    expect(failing(appraise(mint({ counter }), { previousCounter }))).toEqual([]);
  });
});

describe('a window for the counters of assertions', () => {
  const window = { window: 3 };
  const failingOf = (counter: number, changes: Partial<AppAttestAssertionExpected>) =>
    failing(appraise(mint({ counter }), changes, window));
  const REFUSED = ['app-attest-assertion/counter-increased'];

  it('takes each counter once, in whatever order they come within it', () => {
    let highest: number | null = null;
    const seen: number[] = [];
    for (const counter of [3, 1, 4, 2, 7, 5, 6]) {
      const state = { previousCounter: highest, seenCounters: [...seen] };
      expect(failingOf(counter, state)).toEqual([]);
      seen.push(counter);
      highest = Math.max(highest ?? 0, counter);
      expect(failingOf(counter, { previousCounter: highest, seenCounters: seen })).toEqual(REFUSED);
    }
  });

  it.each([
    [6, []],
    [5, REFUSED],
    [0, REFUSED],
  ])('reaches 3 below the highest: %i after 9', (counter, refused) => {
    expect(failingOf(counter, { previousCounter: 9, seenCounters: [9] })).toEqual(refused);
  });

  it.each([0, 1, 2])('never takes counter 0, after %i', (previousCounter) => {
    expect(failingOf(0, { previousCounter, seenCounters: [] })).toEqual(REFUSED);
  });

  it('takes the highest for accepted, whether or not it is listed', () => {
    expect(failingOf(9, { previousCounter: 9, seenCounters: [] })).toEqual(REFUSED);
  });

  it('takes no counter above the highest that is listed as accepted', () => {
    expect(failingOf(10, { previousCounter: 9, seenCounters: [10] })).toEqual(REFUSED);
  });

  it.each([
    [0xfffffffe, []],
    [0xfffffffb, REFUSED],
    [0, REFUSED],
    [1, REFUSED],
    [2, REFUSED],
  ])('does not wrap: %i after 2^32 - 1', (counter, refused) => {
    expect(failingOf(counter, { previousCounter: 0xffffffff, seenCounters: [] })).toEqual(refused);
  });

  it('is closed to a caller who does not say what was accepted', () => {
    expect(failingOf(8, { previousCounter: 9 })).toEqual(REFUSED);
    expect(failingOf(10, { previousCounter: 9 })).toEqual([]);
  });

  it('is closed where policy is strict', () => {
    const expected = { previousCounter: 9, seenCounters: [9] };
    expect(failing(appraise(mint({ counter: 8 }), expected))).toEqual(REFUSED);
  });
});

describe('each check of an assertion fails alone', () => {
  it.each([
    [0, null],
    [1, 1],
    [1, 2],
    [0x7fffffff, 0x80000000],
  ])('counter-increased, for %i after %s', (counter, previousCounter) => {
    expect(failing(appraise(mint({ counter }), { previousCounter }))).toEqual([
      'app-attest-assertion/counter-increased',
    ]);
  });

  it('app-matches, for another app', () => {
    expect(failing(appraise(mint({ appId: 'ABCDE12345.other' })))).toEqual([
      'app-attest-assertion/app-matches',
    ]);
  });

  it('app-matches, where none is ours', () => {
    expect(failing(appraise(mint(), { appIds: [] }))).toEqual(['app-attest-assertion/app-matches']);
  });

  it.each([
    ['another client data hash', { clientDataHash: new Uint8Array(32) }],
    ['another key', { publicKey: otherKey.point }],
    ['a key that is no point', { publicKey: key.spki }],
    [
      'a point that is not on the curve',
      { publicKey: key.point.map((byte, at) => byte ^ Number(at === 64)) },
    ],
  ])('signature-verifies, for %s', (_, changes) => {
    expect(failing(appraise(mint(), changes))).toEqual(['app-attest-assertion/signature-verifies']);
  });

  it('signature-verifies, for data that was hashed once only', () => {
    const authenticatorData = mintedAuthData();
    const single = sign('sha256', concatBytes(authenticatorData, clientDataHash), key.privateKey);
    const bytes = encodeCbor(
      new Map([
        ['signature', new Uint8Array(single)],
        ['authenticatorData', authenticatorData],
      ]),
    );
    expect(failing(appraise(bytes))).toEqual(['app-attest-assertion/signature-verifies']);
  });

  it.each([
    ['a byte after it', (signature: Uint8Array) => concatBytes(signature, Uint8Array.of(0))],
    ['r and s side by side', () => new Uint8Array(64).fill(1)],
    ['nothing', () => new Uint8Array()],
  ])('signature-encoding-allowed, for %s', (_, signature) => {
    const result = appraise(mint({ signature }));
    expect(failing(result)).toEqual(['app-attest-assertion/signature-encoding-allowed']);
    expect(withStatus(result, 'blocked')).toEqual(['app-attest-assertion/signature-verifies']);
  });
});

function mintedAuthData(): Uint8Array {
  const { parsed } = parseAppAttestAssertion(mint());
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  return parsed.value.authData.raw;
}

describe('a malformed assertion', () => {
  const good = mint();

  it.each([
    ['a byte after it', concatBytes(good, Uint8Array.of(0))],
    ['another object after it', concatBytes(good, good)],
    ['its last byte cut off', good.subarray(0, -1)],
    ['bytes behind the counter that are no map', mint({ tail: Uint8Array.of(0) })],
    ['the flag of extensions set and none there', mint({ flags: 0x80 })],
    ['no signature', encodeCbor(new Map([['authenticatorData', new Uint8Array(37)]]))],
    [
      'short authenticator data',
      encodeCbor(
        new Map([
          ['signature', new Uint8Array(70)],
          ['authenticatorData', new Uint8Array(36)],
        ]),
      ),
    ],
    ['text instead of CBOR', utf8('{"signature":""}')],
    ['no bytes', new Uint8Array()],
    ['more bytes than any assertion', new Uint8Array(9000)],
  ])('has %s', (_, bytes) => {
    const result = appraise(bytes);
    expect(failing(result)).toEqual(['app-attest-assertion/well-formed']);
    expect(withStatus(result, 'blocked')).toHaveLength(appAttestAssertion.checks.length - 1);
  });

  it('is refused after a change to any byte', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const spoilt = good.map((byte, where) => (where === index ? byte ^ flip : byte));
        expect(failing(appraise(spoilt))).not.toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('never throws on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(failing(appraise(bytes))).not.toEqual([]);
      }),
    );
  });
});
