import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64url } from '../encoding/bytes.js';
import { failing } from '../verifier/index.js';
import type { EnrolmentRequest } from './index.js';
import { newSubject, refusalOf, valueOf } from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from './testing/test-lab.js';
import {
  androidPhone,
  csrOf,
  iPhone,
  nonceOf,
  softwareKey,
  type TestEnrolment,
  type TestPhone,
} from './testing/test-phone.js';

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab();
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

async function challengeFor(subject: string, at = lab): Promise<string> {
  return valueOf(await at.enrolClient().requestTlsChallenge(subject)).challenge;
}

async function prepared(phone: TestPhone, subject: string, at = lab): Promise<TestEnrolment> {
  return phone.prepare(await challengeFor(subject, at), { purpose: 'tls', rpId: RP_ID });
}

function request(subject: string, { challenge, csr, evidence }: TestEnrolment): EnrolmentRequest {
  return { subject, challenge, csr, evidence };
}

describe.each([
  ['an Android phone', () => androidPhone(lab.vendors), 'attested'],
  ['an iPhone', () => iPhone(lab.vendors), 'vouched'],
] as const)('the enrolment of %s', (_name, phone, protection) => {
  it('yields a client certificate for the attested key', async () => {
    const subject = newSubject();
    const enrolment = await prepared(phone(), subject);
    const answer = await lab.enrolClient().enrol(request(subject, enrolment));
    expect(refusalOf(answer)).toEqual({ code: null, status: 201, failed: [] });
    const { keyId, certificateChain } = valueOf(answer);
    expect(keyId).toBe(enrolment.key.keyId);
    const [leaf = '', issuer = ''] = certificateChain;
    const certificate = new X509Certificate(nonceOf(leaf));
    expect(certificate.subject).toBe(`CN=${subject}`);
    expect(certificate.verify(new X509Certificate(nonceOf(issuer)).publicKey)).toBe(true);
    const registration = await lab.store.findRegistrationByTlsKey(keyId);
    expect(registration?.subject).toBe(subject);
    expect(registration?.tlsKey.protection).toBe(protection);
  });

  it('is refused with evidence_missing without evidence, as from a script', async () => {
    const subject = newSubject();
    const challenge = await challengeFor(subject);
    const key = softwareKey();
    const csr = toBase64url(csrOf(key, nonceOf(challenge)));
    const answer = await lab.enrolClient().enrol({ subject, challenge, csr });
    expect(refusalOf(answer)).toEqual({
      code: 'evidence_missing',
      status: 403,
      failed: ['enrolment/evidence-present'],
    });
  });

  it('is refused with csr_signature_invalid for a byte changed in the request', async () => {
    const subject = newSubject();
    const enrolment = await prepared(phone(), subject);
    const csr = nonceOf(enrolment.csr);
    csr[csr.length - 1] = (csr[csr.length - 1] ?? 0) ^ 1;
    const answer = await lab
      .enrolClient()
      .enrol(request(subject, { ...enrolment, csr: toBase64url(csr) }));
    expect(refusalOf(answer)).toMatchObject({ code: 'csr_signature_invalid', status: 403 });
  });

  it('is refused with challenge_replayed for another request with a spent challenge', async () => {
    const subject = newSubject();
    const device = phone();
    const first = await prepared(device, subject);
    expect((await lab.enrolClient().enrol(request(subject, first))).outcome).toBe('accepted');
    const options = { purpose: 'tls', rpId: RP_ID } as const;
    const second = await device.prepare(first.challenge, options);
    const answer = await lab.enrolClient().enrol(request(subject, second));
    expect(refusalOf(answer)).toEqual({
      code: 'challenge_replayed',
      status: 403,
      failed: ['challenge/unspent'],
    });
  });

  it('gives the identical request the identical answer while the challenge lives', async () => {
    const own = await startTestLab();
    const subject = newSubject();
    const enrolment = await prepared(phone(), subject, own);
    const client = own.enrolClient();
    const [first, parallel] = await Promise.all([
      client.enrol(request(subject, enrolment)),
      client.enrol(request(subject, enrolment)),
    ]);
    expect(first.outcome).toBe('accepted');
    expect(parallel).toEqual(first);
    expect(await client.enrol(request(subject, enrolment))).toEqual(first);
    own.advanceClock(120_001);
    const late = await client.enrol(request(subject, enrolment));
    expect(refusalOf(late).code).toBe('challenge_replayed');
    await own.party.close();
  });

  it('is refused with challenge_unknown for a challenge of another session', async () => {
    const [subject, other] = [newSubject(), newSubject()];
    const enrolment = await prepared(phone(), other);
    const answer = await lab.enrolClient().enrol(request(subject, enrolment));
    expect(refusalOf(answer)).toEqual({
      code: 'challenge_unknown',
      status: 403,
      failed: ['challenge/issued-to-presenter'],
    });
    // The rightful session is not robbed of its challenge.
    const rightful = await lab.enrolClient().enrol(request(other, enrolment));
    expect(rightful.outcome).toBe('accepted');
  });

  it('is refused with challenge_unknown for a challenge that nobody issued', async () => {
    const subject = newSubject();
    const challenge = toBase64url(new Uint8Array(32).fill(7));
    const enrolment = await phone().prepare(challenge, { purpose: 'tls', rpId: RP_ID });
    const answer = await lab.enrolClient().enrol(request(subject, enrolment));
    expect(refusalOf(answer)).toEqual({
      code: 'challenge_unknown',
      status: 403,
      failed: ['challenge/known'],
    });
  });

  it('is refused with challenge_expired when it comes late', async () => {
    const own = await startTestLab({ challengeLifetimeMs: 1_000 });
    const subject = newSubject();
    const enrolment = await prepared(phone(), subject, own);
    own.advanceClock(1_001);
    const answer = await own.enrolClient().enrol(request(subject, enrolment));
    expect(refusalOf(answer)).toEqual({
      code: 'challenge_expired',
      status: 403,
      failed: ['challenge/fresh'],
    });
    await own.party.close();
  });

  it('is refused with challenge_mismatch for evidence that another relying party asked for', async () => {
    const subject = newSubject();
    const challenge = await challengeFor(subject);
    const options = { purpose: 'tls', rpId: 'evil.example.test' } as const;
    const enrolment = await phone().prepare(challenge, options);
    const answer = await lab.enrolClient().enrol(request(subject, enrolment));
    expect(refusalOf(answer)).toMatchObject({ code: 'challenge_mismatch', status: 403 });
  });

  it('yields one registration where one challenge is presented twice at once', async () => {
    const subject = newSubject();
    const challenge = await challengeFor(subject);
    const options = { purpose: 'tls', rpId: RP_ID } as const;
    const enrolments = await Promise.all(
      [phone(), phone(), phone(), phone()].map((one) => one.prepare(challenge, options)),
    );
    const answers = await Promise.all(
      enrolments.map((one) => lab.enrolClient().enrol(request(subject, one))),
    );
    const codes = answers.map((answer) => refusalOf(answer).code).sort();
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'challenge_replayed')).toHaveLength(3);
  });
});

describe('an enrolment on Android', () => {
  it('is refused with key_binding_mismatch where the request is for another key', async () => {
    const subject = newSubject();
    const enrolment = await prepared(androidPhone(lab.vendors), subject);
    const csr = toBase64url(csrOf(softwareKey(), nonceOf(enrolment.challenge)));
    const answer = await lab.enrolClient().enrol(request(subject, { ...enrolment, csr }));
    expect(refusalOf(answer)).toEqual({
      code: 'key_binding_mismatch',
      status: 403,
      failed: ['android-key/key-matches'],
    });
  });

  it('is refused with boot_state_untrusted for an unlocked phone', async () => {
    const subject = newSubject();
    const phone = androidPhone(lab.vendors, { boot: { locked: false, state: 'unverified' } });
    const enrolment = await prepared(phone, subject);
    const answer = await lab.enrolClient().enrol(request(subject, enrolment));
    expect(refusalOf(answer)).toMatchObject({ code: 'boot_state_untrusted', status: 403 });
  });

  it('is refused with csr_nonce_mismatch for an old certification request', async () => {
    const subject = newSubject();
    const enrolment = await prepared(androidPhone(lab.vendors), subject);
    const csr = toBase64url(csrOf(enrolment.key, new Uint8Array(32)));
    const answer = await lab.enrolClient().enrol(request(subject, { ...enrolment, csr }));
    expect(refusalOf(answer)).toEqual({
      code: 'csr_nonce_mismatch',
      status: 403,
      failed: ['csr/nonce-matches'],
    });
  });
});

describe('a key that is registered', () => {
  it('is refused with key_reuse for another subject', async () => {
    const phone = iPhone(lab.vendors);
    const [subject, other] = [newSubject(), newSubject()];
    const first = await prepared(phone, subject);
    expect((await lab.enrolClient().enrol(request(subject, first))).outcome).toBe('accepted');
    const options = { purpose: 'tls', rpId: RP_ID, key: first.key } as const;
    const again = await iPhone(lab.vendors).prepare(await challengeFor(other), options);
    const answer = await lab.enrolClient().enrol(request(other, again));
    expect(refusalOf(answer)).toEqual({
      code: 'key_reuse',
      status: 403,
      failed: ['registration/key-not-elsewhere'],
    });
  });

  it('is renewed for its own subject under the same registration', async () => {
    const phone = iPhone(lab.vendors);
    const subject = newSubject();
    const first = await prepared(phone, subject);
    const enrolled = valueOf(await lab.enrolClient().enrol(request(subject, first)));
    const options = { purpose: 'tls', rpId: RP_ID, key: first.key } as const;
    const again = await phone.prepare(await challengeFor(subject), options);
    const renewed = valueOf(await lab.enrolClient().enrol(request(subject, again)));
    expect(renewed.registrationId).toBe(enrolled.registrationId);
    expect(renewed.certificateChain[0]).not.toBe(enrolled.certificateChain[0]);
  });
});

describe('what an enrolment tells', () => {
  it('names each appraisal with its exchange, subject and purpose', async () => {
    const own = await startTestLab();
    const subject = newSubject();
    const enrolment = await prepared(androidPhone(own.vendors), subject, own);
    await own.enrolClient().enrol(request(subject, enrolment));
    expect(own.appraisals.map(({ result }) => result.format)).toEqual(['csr', 'android-key']);
    const exchange = own.exchanges.find(({ path }) => path === '/v1/enrolments');
    expect(exchange).toMatchObject({ listener: 'enrolment', status: 201, code: null, subject });
    for (const appraisal of own.appraisals) {
      expect(appraisal).toMatchObject({ exchangeId: exchange?.exchangeId, subject });
      expect(failing(appraisal.result)).toEqual([]);
      expect(appraisal.input.policy.id).toBe('lab');
    }
    await own.party.close();
  });

  it('says nothing of challenges, bodies or keys in its exchanges', async () => {
    const own = await startTestLab();
    const subject = newSubject();
    const enrolment = await prepared(androidPhone(own.vendors), subject, own);
    await own.enrolClient().enrol(request(subject, enrolment));
    const told = JSON.stringify(own.exchanges);
    expect(told).not.toContain(enrolment.challenge);
    expect(told).not.toContain(enrolment.csr);
    expect(told).not.toContain('PRIVATE');
    await own.party.close();
  });
});
