import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64url } from '../encoding/bytes.js';
import {
  enrolled,
  newSubject,
  refusalOf,
  valueOf,
  withSigningKey,
} from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone, csrOf, iPhone, nonceOf, softwareKey } from './testing/test-phone.js';

const SIGN = { purpose: 'sign', rpId: RP_ID } as const;

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab();
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

describe.each([
  [
    'an Android phone',
    () => androidPhone(lab.vendors),
    { code: 'challenge_mismatch', failed: ['android-key/challenge-matches'] },
  ],
  [
    'an iPhone',
    () => iPhone(lab.vendors),
    // An assertion signs the binding and does not show it, so another one is another signature.
    {
      code: 'evidence_signature_invalid',
      failed: ['app-attest-assertion/signature-verifies'],
    },
  ],
] as const)('the signing key of %s', (_name, newPhone, unbound) => {
  it('is registered over the mutual TLS of its own registration', async () => {
    const phone = await enrolled(lab, newPhone());
    const { key, registered } = await withSigningKey(lab, phone);
    expect(registered).toEqual({ keyId: key.keyId, epoch: '1' });
    const stored = await lab.store.findSigningKeyOf(phone.registrationId);
    expect(stored).toMatchObject({ keyId: key.keyId, epoch: 1n, lastCounter: null });
  });

  it('gets the next epoch when it is replaced, and ends the key before', async () => {
    const phone = await enrolled(lab, newPhone());
    const first = await withSigningKey(lab, phone);
    const second = await withSigningKey(lab, phone);
    expect(second.registered.epoch).toBe('2');
    expect(await lab.store.findSigningKey(first.key.keyId)).toBeNull();
  });

  it('is refused with evidence_missing without evidence', async () => {
    const { identity } = await enrolled(lab, newPhone());
    const client = lab.apiClient(identity);
    const { challenge } = valueOf(await client.requestSignChallenge());
    const csr = toBase64url(csrOf(softwareKey(), nonceOf(challenge)));
    expect(refusalOf(await client.registerSigningKey({ challenge, csr }))).toEqual({
      code: 'evidence_missing',
      status: 403,
      failed: ['enrolment/evidence-present'],
    });
  });

  it('is refused with challenge_unknown for the challenge of another registration', async () => {
    const [one, other] = [await enrolled(lab, newPhone()), await enrolled(lab, newPhone())];
    const { challenge } = valueOf(await lab.apiClient(other.identity).requestSignChallenge());
    const { csr, evidence } = await one.phone.prepare(challenge, SIGN);
    const client = lab.apiClient(one.identity);
    expect(refusalOf(await client.registerSigningKey({ challenge, csr, evidence }))).toEqual({
      code: 'challenge_unknown',
      status: 403,
      failed: ['challenge/issued-to-presenter'],
    });
  });

  it('is refused with challenge_unknown for a challenge of a first enrolment', async () => {
    const phone = await enrolled(lab, newPhone());
    const issued = await lab.enrolClient().requestTlsChallenge(phone.subject);
    const { challenge } = valueOf(issued);
    const { csr, evidence } = await phone.phone.prepare(challenge, SIGN);
    const client = lab.apiClient(phone.identity);
    expect(refusalOf(await client.registerSigningKey({ challenge, csr, evidence }))).toEqual({
      code: 'challenge_unknown',
      status: 403,
      failed: ['challenge/issued-to-presenter', 'challenge/issued-for-purpose'],
    });
  });

  it('is refused for evidence that was made for the other purpose', async () => {
    const { phone, identity } = await enrolled(lab, newPhone());
    const client = lab.apiClient(identity);
    const { challenge } = valueOf(await client.requestSignChallenge());
    const { csr, evidence } = await phone.prepare(challenge, { ...SIGN, boundPurpose: 'tls' });
    const answer = await client.registerSigningKey({ challenge, csr, evidence });
    expect(refusalOf(answer)).toEqual({ ...unbound, status: 403 });
  });
});

describe('a signing key', () => {
  it('is refused with key_reuse where it is the key of the connection', async () => {
    const phone = await enrolled(lab, iPhone(lab.vendors));
    const client = lab.apiClient(phone.identity);
    const { challenge } = valueOf(await client.requestSignChallenge());
    const { csr, evidence } = await phone.phone.prepare(challenge, { ...SIGN, key: phone.tlsKey });
    expect(refusalOf(await client.registerSigningKey({ challenge, csr, evidence }))).toEqual({
      code: 'key_reuse',
      status: 403,
      failed: ['registration/keys-separate'],
    });
  });

  it('may be the key of the connection where the policy allows it', async () => {
    const own = await startTestLab({ sharedKeys: 'allowed' });
    const phone = await enrolled(own, iPhone(own.vendors));
    const client = own.apiClient(phone.identity);
    const { challenge } = valueOf(await client.requestSignChallenge());
    const { csr, evidence } = await phone.phone.prepare(challenge, { ...SIGN, key: phone.tlsKey });
    const answer = await client.registerSigningKey({ challenge, csr, evidence });
    expect(valueOf(answer).keyId).toBe(phone.tlsKey.keyId);
    await own.party.close();
  });

  it('is refused with key_reuse where another registration holds it', async () => {
    const one = await enrolled(lab, iPhone(lab.vendors));
    const { key } = await withSigningKey(lab, one);
    const other = await enrolled(lab, iPhone(lab.vendors));
    const client = lab.apiClient(other.identity);
    const { challenge } = valueOf(await client.requestSignChallenge());
    const { csr, evidence } = await other.phone.prepare(challenge, { ...SIGN, key });
    expect(refusalOf(await client.registerSigningKey({ challenge, csr, evidence }))).toEqual({
      code: 'key_reuse',
      status: 403,
      failed: ['registration/key-not-elsewhere'],
    });
  });

  it('is refused where its evidence is of the other platform', async () => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const client = lab.apiClient(phone.identity);
    const { challenge } = valueOf(await client.requestSignChallenge());
    const foreign = await iPhone(lab.vendors).prepare(challenge, SIGN);
    const { csr, evidence } = foreign;
    expect(refusalOf(await client.registerSigningKey({ challenge, csr, evidence }))).toMatchObject({
      code: 'evidence_format_unexpected',
      status: 403,
    });
  });

  it('is vouched for by one assertion once, also where two come at the same time', async () => {
    const phone = await enrolled(lab, iPhone(lab.vendors));
    const client = lab.apiClient(phone.identity);
    const challenges = await Promise.all(
      [1, 2].map(async () => valueOf(await client.requestSignChallenge()).challenge),
    );
    const requests = [];
    for (const challenge of challenges) {
      requests.push(await phone.phone.prepare(challenge, SIGN));
    }
    // Sent in reverse, so that the later assertion may be counted first.
    const answers = await Promise.all(
      requests
        .reverse()
        .map(({ challenge, csr, evidence }) =>
          client.registerSigningKey({ challenge, csr, evidence }),
        ),
    );
    const codes = answers.map((answer) => refusalOf(answer).code);
    const taken = codes.filter((code) => code === null).length;
    expect(taken).toBeGreaterThanOrEqual(1);
    for (const code of codes) expect([null, 'counter_invalid']).toContain(code);
    const registration = await lab.store.findRegistrationByTlsKey(phone.tlsKey.keyId);
    const appAttestKeyId = registration?.appAttestKey?.keyId ?? '';
    expect(await lab.store.appAttestCounters(appAttestKeyId)).toEqual({
      assertion: 2,
      request: null,
    });
  });
});

describe('the mutual-TLS interface', () => {
  it('is refused with registration_unknown for a certificate whose key nobody enrolled', async () => {
    const own = await startTestLab();
    // Certified by the same authority, but enrolled with another relying party's store.
    const stranger = await enrolled(lab, androidPhone(lab.vendors));
    const answer = await own.apiClient(stranger.identity).requestSignChallenge();
    expect(refusalOf(answer)).toEqual({
      code: 'registration_unknown',
      status: 401,
      failed: ['client-certificate/registered'],
    });
    await own.party.close();
  });

  it('is refused with client_certificate_expired once the certificate’s day is over', async () => {
    const own = await startTestLab();
    const phone = await enrolled(own, androidPhone(own.vendors));
    own.advanceClock(24 * 60 * 60_000 + 1_000);
    const answer = await own.apiClient(phone.identity).requestSignChallenge();
    expect(refusalOf(answer)).toEqual({
      code: 'client_certificate_expired',
      status: 401,
      failed: ['client-certificate/valid-now'],
    });
    await own.party.close();
  });

  it('issues a challenge for a subject that the request cannot choose', async () => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const { challenge } = valueOf(await lab.apiClient(phone.identity).requestSignChallenge());
    expect(await lab.store.findChallenge(challenge)).toMatchObject({
      subject: phone.subject,
      registrationId: phone.registrationId,
      purpose: 'sign',
    });
    expect(phone.subject).not.toBe(newSubject());
  });
});
