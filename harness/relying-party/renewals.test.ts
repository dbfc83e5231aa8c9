import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64url } from '../encoding/bytes.js';
import { createVerifier } from '../verifier/index.js';
import type { EnrolledPhone, RenewalRequest } from './index.js';
import {
  enrolled,
  refusalOf,
  valueOf,
  withSigningKey,
  type EnrolledTestPhone,
} from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, trustIn, type TestLab } from './testing/test-lab.js';
import {
  androidPhone,
  csrOf,
  identityOf,
  iPhone,
  nonceOf,
  softwareKey,
  type PrepareOptions,
  type TestKey,
} from './testing/test-phone.js';

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab();
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

async function prepared(
  phone: EnrolledTestPhone,
  changes: Partial<PrepareOptions> = {},
): Promise<{ readonly key: TestKey; readonly request: RenewalRequest }> {
  const { challenge } = valueOf(await lab.apiClient(phone.identity).requestRenewalChallenge());
  const options = { purpose: 'tls', rpId: RP_ID, ...changes } as const;
  const { key, csr, evidence } = await phone.phone.prepare(challenge, options);
  return { key, request: { challenge, csr, evidence } };
}

function renewed(phone: EnrolledTestPhone, key: TestKey, answer: EnrolledPhone): EnrolledTestPhone {
  return { ...phone, tlsKey: key, identity: identityOf(key, answer.certificateChain) };
}

/** What the interface answers to a connection with a phone's certificate. */
async function welcome({ identity }: EnrolledTestPhone) {
  return refusalOf(await lab.apiClient(identity).requestSignChallenge()).code;
}

describe.each([
  ['an Android phone', () => androidPhone(lab.vendors), {}],
  ['an iPhone that attests again', () => iPhone(lab.vendors), {}],
  ['an iPhone that asserts', () => iPhone(lab.vendors), { vouchedBy: 'assertion' }],
] as const)('the renewal of %s', (_name, newPhone, options) => {
  it('gives the same registration a new key and certificate', async () => {
    const phone = await enrolled(lab, newPhone());
    const signing = await withSigningKey(lab, phone);
    const { key, request } = await prepared(phone, options);
    const answer = valueOf(await lab.apiClient(phone.identity).renew(request));
    expect(answer).toMatchObject({ registrationId: phone.registrationId, keyId: key.keyId });
    const leaf = new X509Certificate(nonceOf(answer.certificateChain[0] ?? ''));
    expect(leaf.subject).toBe(`CN=${phone.subject}`);
    const registration = await lab.store.findRegistration(phone.registrationId);
    expect(registration?.tlsKey.keyId).toBe(key.keyId);
    expect(await lab.store.findSigningKeyOf(phone.registrationId)).toMatchObject({
      keyId: signing.key.keyId,
    });
    await withSigningKey(lab, renewed(phone, key, answer));
  });

  it('ends the old certificate once the new one is used, and not before', async () => {
    const phone = await enrolled(lab, newPhone());
    const { key, request } = await prepared(phone, options);
    const next = renewed(phone, key, valueOf(await lab.apiClient(phone.identity).renew(request)));
    expect(await welcome(phone)).toBeNull();
    expect(await welcome(next)).toBeNull();
    expect(await welcome(phone)).toBe('registration_unknown');
  });

  it('is answered the same when it is sent again, over either connection', async () => {
    const phone = await enrolled(lab, newPhone());
    const { key, request } = await prepared(phone, options);
    const answer = valueOf(await lab.apiClient(phone.identity).renew(request));
    const next = renewed(phone, key, answer);
    expect(valueOf(await lab.apiClient(phone.identity).renew(request))).toEqual(answer);
    expect(valueOf(await lab.apiClient(next.identity).renew(request))).toEqual(answer);
  });

  it('is refused with challenge_replayed for another request with the same challenge', async () => {
    const phone = await enrolled(lab, newPhone());
    const { request } = await prepared(phone, options);
    const client = lab.apiClient(phone.identity);
    valueOf(await client.renew(request));
    const { csr, evidence } = await phone.phone.prepare(request.challenge, {
      ...{ purpose: 'tls', rpId: RP_ID },
      ...options,
    });
    const again = { challenge: request.challenge, csr, evidence };
    expect(refusalOf(await client.renew(again)).code).toBe('challenge_replayed');
  });

  it('is refused with challenge_unknown for the challenge of another registration', async () => {
    const [one, other] = [await enrolled(lab, newPhone()), await enrolled(lab, newPhone())];
    const { request } = await prepared(one, options);
    expect(refusalOf(await lab.apiClient(other.identity).renew(request))).toEqual({
      code: 'challenge_unknown',
      status: 403,
      failed: ['challenge/issued-to-presenter'],
    });
  });

  it('is refused with challenge_unknown for the challenge of a signing key', async () => {
    const phone = await enrolled(lab, newPhone());
    const client = lab.apiClient(phone.identity);
    const { challenge } = valueOf(await client.requestSignChallenge());
    const { request } = await prepared(phone, options);
    expect(refusalOf(await client.renew({ ...request, challenge }))).toEqual({
      code: 'challenge_unknown',
      status: 403,
      failed: ['challenge/issued-for-purpose'],
    });
  });

  it('is refused with evidence_missing without evidence, however good the connection', async () => {
    const phone = await enrolled(lab, newPhone());
    const client = lab.apiClient(phone.identity);
    const { challenge } = valueOf(await client.requestRenewalChallenge());
    const csr = toBase64url(csrOf(softwareKey(), nonceOf(challenge)));
    expect(refusalOf(await client.renew({ challenge, csr }))).toEqual({
      code: 'evidence_missing',
      status: 403,
      failed: ['enrolment/evidence-present'],
    });
    expect(await welcome(phone)).toBeNull();
  });

  it('is refused for evidence of another key', async () => {
    const phone = await enrolled(lab, newPhone());
    const { request } = await prepared(phone, options);
    const csr = toBase64url(csrOf(softwareKey(), nonceOf(request.challenge)));
    const answer = await lab.apiClient(phone.identity).renew({ ...request, csr });
    expect(refusalOf(answer).status).toBe(403);
    const registration = await lab.store.findRegistration(phone.registrationId);
    expect(registration?.tlsKey.keyId).toBe(phone.tlsKey.keyId);
  });
});

describe('a renewal', () => {
  it('is refused with evidence_revoked where the phone’s keybox was revoked since', async () => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const { request } = await prepared(phone);
    const chain = request.evidence?.format === 'android-key' ? request.evidence.certificates : [];
    const batch = new X509Certificate(nonceOf(chain[1] ?? ''));
    const trust = trustIn(lab.vendors, [batch.serialNumber.toLowerCase()]);
    const later = await startTestLab({ store: lab.store, judge: createVerifier({ trust }) });
    expect(refusalOf(await later.apiClient(phone.identity).renew(request))).toEqual({
      code: 'evidence_revoked',
      status: 403,
      failed: ['android-key/not-revoked'],
    });
    await later.party.close();
  });

  it('is refused with counter_invalid for an assertion that was counted before', async () => {
    const phone = await enrolled(lab, iPhone(lab.vendors));
    const { request } = await prepared(phone, { vouchedBy: 'assertion' });
    // A later assertion of the same key is counted first.
    await withSigningKey(lab, phone);
    expect(refusalOf(await lab.apiClient(phone.identity).renew(request))).toEqual({
      code: 'counter_invalid',
      status: 403,
      failed: ['app-attest-assertion/counter-increased'],
    });
  });

  it('is refused with key_reuse for the key of another registration', async () => {
    const [one, other] = [
      await enrolled(lab, iPhone(lab.vendors)),
      await enrolled(lab, iPhone(lab.vendors)),
    ];
    const { request } = await prepared(one, { key: other.tlsKey });
    expect(refusalOf(await lab.apiClient(one.identity).renew(request))).toEqual({
      code: 'key_reuse',
      status: 403,
      failed: ['registration/key-not-elsewhere'],
    });
  });

  it('keeps the key before it from everybody else', async () => {
    const one = await enrolled(lab, iPhone(lab.vendors));
    const { key, request } = await prepared(one);
    const answer = valueOf(await lab.apiClient(one.identity).renew(request));
    expect(await welcome(renewed(one, key, answer))).toBeNull();
    const other = await enrolled(lab, iPhone(lab.vendors));
    const taking = await prepared(other, { key: one.tlsKey });
    expect(refusalOf(await lab.apiClient(other.identity).renew(taking.request)).code).toBe(
      'key_reuse',
    );
  });

  it('is refused where its evidence is of the other platform', async () => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const { request } = await prepared({ ...phone, phone: iPhone(lab.vendors) });
    expect(refusalOf(await lab.apiClient(phone.identity).renew(request))).toMatchObject({
      code: 'evidence_format_unexpected',
      failed: ['enrolment/evidence-fits'],
    });
  });

  it('lets each of several at the same time have its certificate, and the last one stay', async () => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const renewals = [await prepared(phone), await prepared(phone), await prepared(phone)];
    const client = lab.apiClient(phone.identity);
    const answers = await Promise.all(renewals.map(({ request }) => client.renew(request)));
    for (const answer of answers) expect(refusalOf(answer).code).toBeNull();
    const present = (await lab.store.findRegistration(phone.registrationId))?.tlsKey.keyId;
    const phones = renewals.map(({ key }, index) => {
      const answer = answers[index];
      if (answer === undefined) throw new Error('an answer for each renewal');
      return renewed(phone, key, valueOf(answer));
    });
    const isLast = ({ tlsKey }: EnrolledTestPhone) => tlsKey.keyId === present;
    for (const one of phones.filter((other) => !isLast(other)))
      expect(await welcome(one)).toBeNull();
    for (const one of phones.filter(isLast)) expect(await welcome(one)).toBeNull();
    for (const one of phones.filter((other) => !isLast(other))) {
      expect(await welcome(one)).toBe('registration_unknown');
    }
  });
});
