import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { readAnswer } from './index.js';
import {
  enrolled,
  refusalOf,
  valueOf,
  withSigningKey,
  type EnrolledTestPhone,
} from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone, identityOf, signedRequest, type TestKey } from './testing/test-phone.js';

const HOUR_MS = 3_600_000;

let lab: TestLab;
let phone: EnrolledTestPhone;
let key: TestKey;
let counter = 0n;

beforeEach(async () => {
  lab = await startTestLab();
  phone = await enrolled(lab, androidPhone(lab.vendors));
  key = (await withSigningKey(lab, phone)).key;
  counter = 0n;
});
afterEach(async () => {
  vi.restoreAllMocks();
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

/** A connection that is kept from order to order; says what each was answered, and that it is one. */
function connection(identity = phone.identity) {
  const certificatesRead = vi.spyOn(TLSSocket.prototype, 'getPeerX509Certificate');
  const transport = lab.transport(identity, { connections: 'shared' });
  return {
    order: async (signedWith = key, epoch = 1n) => {
      counter += 1n;
      const changes = { counter, epoch };
      const request = signedRequest(signedWith, `${lab.party.apiUrl}/v1/orders`, changes);
      return refusalOf(readAnswer(await transport(request), z.unknown()));
    },
    isOne: () => certificatesRead.mock.calls.length === 1,
  };
}

const ACCEPTED = { code: null, status: 200, failed: [] };

const denied = (keyId: string) => ({ keyId, reason: 'stolen', deniedAtMs: 1 });

describe('a connection that is kept', () => {
  it('serves no request from when its key is denied', async () => {
    const { order, isOne } = connection();
    expect([await order(), await order()]).toEqual([ACCEPTED, ACCEPTED]);
    await lab.party.denyList.deny(denied(phone.tlsKey.keyId));
    expect(await order()).toEqual({
      ...{ code: 'key_denied', status: 401, failed: ['client-certificate/key-not-denied'] },
    });
    await lab.party.denyList.allow(phone.tlsKey.keyId);
    expect(await order()).toEqual(ACCEPTED);
    expect(isOne()).toBe(true);
  });

  it('serves no request of a signing key from when that is denied', async () => {
    const { order, isOne } = connection();
    expect(await order()).toEqual(ACCEPTED);
    await lab.party.denyList.deny(denied(key.keyId));
    expect(await order()).toEqual({
      ...{ code: 'key_denied', status: 403, failed: ['signing-key/not-denied'] },
    });
    expect(isOne()).toBe(true);
  });

  it('serves no request once its certificate has ended', async () => {
    const { order, isOne } = connection();
    expect(await order()).toEqual(ACCEPTED);
    lab.advanceClock(1_000 * HOUR_MS);
    expect(await order()).toEqual({
      code: 'client_certificate_expired',
      status: 401,
      failed: ['client-certificate/valid-now'],
    });
    expect(isOne()).toBe(true);
  });

  it('serves no request once the certificate of a renewal was used', async () => {
    const { order, isOne } = connection();
    expect(await order()).toEqual(ACCEPTED);
    expect(isOne()).toBe(true);
    const client = lab.apiClient(phone.identity);
    const { challenge } = valueOf(await client.requestRenewalChallenge());
    const bound = { purpose: 'tls', rpId: RP_ID } as const;
    const { key: next, csr, evidence } = await phone.phone.prepare(challenge, bound);
    const { certificateChain } = valueOf(await client.renew({ challenge, csr, evidence }));
    expect(await order()).toEqual(ACCEPTED);
    const renewed = connection(identityOf(next, certificateChain));
    expect(await renewed.order()).toEqual(ACCEPTED);
    expect(await order()).toEqual({
      code: 'registration_unknown',
      status: 401,
      failed: ['client-certificate/registered'],
    });
    expect(await renewed.order()).toEqual(ACCEPTED);
  });

  it('serves the next signing key, and the one before it no more', async () => {
    const { order } = connection();
    expect(await order()).toEqual(ACCEPTED);
    const { key: next } = await withSigningKey(lab, phone);
    expect(await order()).toMatchObject({ code: 'unknown_key', status: 403 });
    expect(await order(next, 2n)).toEqual(ACCEPTED);
    expect(await order(next, 1n)).toMatchObject({ code: 'epoch_mismatch', status: 403 });
  });
});

describe('a counter that another process moves on', () => {
  /** What a relying party elsewhere does with the store that both share. */
  async function elsewhere(to: bigint): Promise<void> {
    const { epoch, lastCounter: from } = (await lab.store.findSigningKey(key.keyId)) ?? {};
    if (epoch === undefined || from === undefined) throw new Error('no signing key');
    expect(await lab.store.advanceCounter({ keyId: key.keyId, epoch, from, to })).toBe(true);
  }

  it('counts here at once, whatever is remembered', async () => {
    const { order } = connection();
    expect(await order()).toEqual(ACCEPTED);
    await elsewhere(3n);
    expect(await order()).toMatchObject({ code: 'counter_rollback' });
    expect(await order()).toMatchObject({ code: 'counter_replayed' });
    expect(await order()).toEqual(ACCEPTED);
  });

  it('keeps nobody from going on above it', async () => {
    const { order } = connection();
    expect(await order()).toEqual(ACCEPTED);
    await elsewhere(2n);
    counter = 2n;
    expect(await order()).toEqual(ACCEPTED);
    expect((await lab.store.findSigningKey(key.keyId))?.lastCounter).toBe(3n);
  });

  it('refuses nobody by what is remembered and no longer right', async () => {
    const { order } = connection();
    expect(await order()).toEqual(ACCEPTED);
    await lab.store.replaceSigningKey(phone.registrationId, {
      ...{ keyId: key.keyId, spki: key.spki, protection: 'attested' },
    });
    expect(await order(key, 2n)).toEqual(ACCEPTED);
    expect(await order(key, 1n)).toMatchObject({ code: 'epoch_mismatch' });
  });
});
