import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { utf8 } from '../encoding/bytes.js';
import { SIGNATURE_FORM_HEADER, type ProfileSInput } from '../evidence/formats/index.js';
import { readAnswer, type TransportRequest } from './index.js';
import {
  enrolled,
  refusalOf,
  valueOf,
  withSigningKey,
  type EnrolledTestPhone,
} from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone, iPhone, signedRequest, type TestIPhone } from './testing/test-phone.js';

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab();
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

interface Signing {
  readonly phone: TestIPhone;
  readonly registered: EnrolledTestPhone;
  order(counter: bigint, changes?: Partial<ProfileSInput>): Promise<TransportRequest>;
}

async function enrolledIPhone(at = lab): Promise<Signing> {
  const phone = iPhone(at.vendors);
  const registered = await enrolled(at, phone);
  return {
    ...{ phone, registered },
    order: (counter, changes = {}) =>
      phone.assertedRequest(`${at.party.apiUrl}/v1/orders`, { counter, ...changes }),
  };
}

async function send({ registered }: Signing, request: TransportRequest, at = lab) {
  const response = await at.transport(registered.identity)(request);
  return refusalOf(readAnswer(response, z.unknown()));
}

const ACCEPTED = { code: null, status: 200, failed: [] };

describe('a request that an App Attest key signed', () => {
  it('is accepted once, without a signing key of its own', async () => {
    const iphone = await enrolledIPhone();
    const request = await iphone.order(1n);
    expect(await send(iphone, request)).toEqual(ACCEPTED);
    expect(await send(iphone, request)).toEqual({
      code: 'counter_replayed',
      status: 403,
      failed: ['signed-request/counter-not-replayed', 'signed-request/assertion-counter-increased'],
    });
    expect(await send(iphone, await iphone.order(2n))).toEqual(ACCEPTED);
  });

  it('counts its assertions with those that vouch for keys', async () => {
    const iphone = await enrolledIPhone();
    const early = await iphone.order(1n);
    const own = await withSigningKey(lab, iphone.registered);
    expect(await send(iphone, early)).toEqual({
      code: 'counter_invalid',
      status: 403,
      failed: ['signed-request/assertion-counter-increased'],
    });
    expect(await send(iphone, await iphone.order(1n))).toEqual(ACCEPTED);
    // The signing key goes on beside it, with counters of its own.
    const request = signedRequest(own.key, `${lab.party.apiUrl}/v1/orders`, { counter: 1n });
    expect(await send(iphone, request)).toEqual(ACCEPTED);
  });

  it('is refused with counter_rollback, with a new assertion too', async () => {
    const iphone = await enrolledIPhone();
    expect(await send(iphone, await iphone.order(5n))).toEqual(ACCEPTED);
    expect(await send(iphone, await iphone.order(4n))).toMatchObject({
      code: 'counter_rollback',
      failed: ['signed-request/counter-not-rolled-back'],
    });
  });

  it('is refused with bad_signature for a tampered body', async () => {
    const iphone = await enrolledIPhone();
    const request = { ...(await iphone.order(1n)), body: utf8('{"amount":9.0}') };
    expect(await send(iphone, request)).toMatchObject({
      code: 'bad_signature',
      failed: ['signed-request/signature-verifies'],
    });
  });

  it('is refused with timestamp_stale when it is old', async () => {
    const iphone = await enrolledIPhone();
    const timestampMs = BigInt(Date.now() - 121_000);
    expect(await send(iphone, await iphone.order(1n, { timestampMs }))).toMatchObject({
      code: 'timestamp_stale',
    });
  });

  it('is refused with encoding_not_allowed where its form is not named', async () => {
    const iphone = await enrolledIPhone();
    const request = await iphone.order(1n);
    const headers = request.headers.filter(([name]) => name !== SIGNATURE_FORM_HEADER);
    expect(await send(iphone, { ...request, headers })).toEqual({
      code: 'encoding_not_allowed',
      status: 403,
      failed: ['signed-request/signature-encoding-allowed'],
    });
  });

  it('is refused with app_identity_mismatch where another app is known', async () => {
    const iphone = await enrolledIPhone();
    const referenceValues = { packageNames: [], signerDigests: [], appIds: ['OTHER.app'] };
    const other = await startTestLab({ store: lab.store, referenceValues });
    const url = `${other.party.apiUrl}/v1/orders`;
    const request = await iphone.phone.assertedRequest(url, { counter: 1n });
    expect(await send(iphone, request, other)).toEqual({
      code: 'app_identity_mismatch',
      status: 403,
      failed: ['signed-request/app-matches'],
    });
    await other.party.close();
  });

  it('is refused with key_binding_mismatch over another phone’s connection', async () => {
    const iphone = await enrolledIPhone();
    const other = await enrolled(lab, androidPhone(lab.vendors));
    const request = await iphone.order(1n);
    expect(await send({ ...iphone, registered: other }, request)).toMatchObject({
      code: 'key_binding_mismatch',
      failed: ['signed-request/key-bound-to-connection'],
    });
  });

  it('is refused with unknown_key once a renewal brought another App Attest key', async () => {
    const iphone = await enrolledIPhone();
    const request = await iphone.order(1n);
    const client = lab.apiClient(iphone.registered.identity);
    const { challenge } = valueOf(await client.requestRenewalChallenge());
    const next = await iphone.phone.prepare(challenge, { purpose: 'tls', rpId: RP_ID });
    const { csr, evidence } = next;
    valueOf(await client.renew({ challenge, csr, evidence }));
    expect(await send(iphone, request)).toMatchObject({ code: 'unknown_key' });
    expect(await send(iphone, await iphone.order(1n))).toEqual(ACCEPTED);
  });

  it('is accepted once among many at the same time', async () => {
    const iphone = await enrolledIPhone();
    const request = await iphone.order(1n);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(iphone, request)));
    expect(answers.filter(({ code }) => code === null)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'counter_replayed')).toHaveLength(19);
  });
});

describe('a signing key that is not one of App Attest', () => {
  it('is refused with encoding_not_allowed where it names that form', async () => {
    const iphone = await enrolledIPhone();
    const { key } = await withSigningKey(lab, iphone.registered);
    const request = signedRequest(key, `${lab.party.apiUrl}/v1/orders`, { counter: 1n });
    const headers = [...request.headers, [SIGNATURE_FORM_HEADER, 'app-attest'] as const];
    expect(await send(iphone, { ...request, headers })).toMatchObject({
      code: 'encoding_not_allowed',
      failed: ['signed-request/signature-encoding-allowed'],
    });
  });
});
