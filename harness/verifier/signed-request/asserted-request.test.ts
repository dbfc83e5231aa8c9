import { describe, expect, it } from 'vitest';
import { concatBytes, toBase64url, utf8 } from '../../encoding/bytes.js';
import { enrolmentBinding, keyId, type ProfileSInput } from '../../evidence/formats/index.js';
import {
  parseSignedRequest,
  profileSAssertionHeaders,
  profileSClientDataHash,
} from '../../evidence/signed-request/index.js';
import type { RegisteredKey } from '../expected.js';
import { failing, withStatus } from '../result.js';
import {
  APP_ID,
  createTestAppleKey,
  mintAssertion,
  type AssertionChanges,
} from '../testing/mint-app-attest.js';
import { emptyTrust, testPolicy } from '../testing/test-appraisal.js';
import { signedRequest } from './index.js';

const now = new Date('2026-03-01T12:00:00Z');
const key = createTestAppleKey();

const input: ProfileSInput = {
  ...{ method: 'POST', authority: 'api.example.test', target: '/v1/orders' },
  ...{ keyId: toBase64url(key.keyId), epoch: 1n, counter: 42n },
  ...{ timestampMs: BigInt(now.getTime()), contentType: '', body: utf8('{"amount":10}') },
};

const registered: RegisteredKey = {
  ...{ keyId: input.keyId, spki: key.spki, epoch: 1n, lastCounter: 41n },
  appAttest: { appIds: ['OTHER.app', APP_ID], previousCounter: 6 },
};

function appraise(
  assertion: Uint8Array,
  changes: { readonly key?: RegisteredKey; readonly sent?: ProfileSInput } = {},
) {
  const sent = changes.sent ?? input;
  const { method, authority, target, body } = sent;
  const headers = profileSAssertionHeaders(sent, assertion);
  return signedRequest.run({
    evidence: parseSignedRequest({ method, authority, target, body, headers }),
    expected: { key: changes.key ?? registered, connectionKeyIds: [sent.keyId] },
    policy: testPolicy({ signedRequest: { pastWindowMs: 120_000, futureWindowMs: 30_000 } }),
    trust: emptyTrust,
    now,
    memo: null,
  });
}

function minted(changes: AssertionChanges = {}, clientDataHash = profileSClientDataHash(input)) {
  return mintAssertion({ key, clientDataHash }, { counter: 7, ...changes });
}

describe('a request that an App Attest key signed', () => {
  it('passes every check, with both counters moved on', () => {
    const result = appraise(minted());
    expect(failing(result)).toEqual([]);
    expect(withStatus(result, 'not-applicable')).toEqual([
      'signed-request/digest-matches',
      'signed-request/algorithm-allowed',
      'signed-request/components-covered',
    ]);
    expect(result.claims).toMatchObject({ signatureForm: 'app-attest', assertionCounter: 7 });
  });

  it('fails signature-verifies for an assertion about anything else', () => {
    const nonce = new Uint8Array(32);
    const hashes = [
      profileSClientDataHash({ ...input, counter: 43n }),
      enrolmentBinding({ rpId: 'rp', purpose: 'sign', nonce }),
    ];
    for (const hash of hashes) {
      expect(failing(appraise(minted({}, hash)))).toEqual(['signed-request/signature-verifies']);
    }
  });

  it('fails app-matches for the assertion of another app', () => {
    expect(failing(appraise(minted({ appId: 'OTHER.application' })))).toEqual([
      'signed-request/app-matches',
    ]);
  });

  it.each([
    [6, 6],
    [6, 0],
    [null, 0],
  ])('fails assertion-counter-increased where %s is followed by %i', (previousCounter, counter) => {
    const appAttest = { appIds: [APP_ID], previousCounter };
    const result = appraise(minted({ counter }), { key: { ...registered, appAttest } });
    expect(failing(result)).toEqual(['signed-request/assertion-counter-increased']);
  });

  it('fails signature-encoding-allowed for spare bytes in or after the assertion', () => {
    const spare = Uint8Array.of(0);
    const inside = minted({ signature: (signature) => concatBytes(signature, spare) });
    for (const assertion of [inside, concatBytes(minted(), spare), utf8('no assertion')]) {
      const result = appraise(assertion);
      expect(failing(result)).toEqual(['signed-request/signature-encoding-allowed']);
      expect(withStatus(result, 'blocked')).toEqual([
        'signed-request/signature-verifies',
        'signed-request/app-matches',
        'signed-request/assertion-counter-increased',
      ]);
    }
  });

  it('fails key-known for an App Attest key under the id of other keys', () => {
    const id = keyId(key.spki);
    const sent = { ...input, keyId: id };
    const assertion = minted({}, profileSClientDataHash(sent));
    const result = appraise(assertion, { sent, key: { ...registered, keyId: id } });
    expect(failing(result)).toEqual(['signed-request/key-known']);
  });

  it('fails key-known for a stored key that is no point of P-256', () => {
    const spki = key.spki.slice(1);
    expect(failing(appraise(minted(), { key: { ...registered, spki } }))).toEqual([
      'signed-request/key-known',
    ]);
  });
});
