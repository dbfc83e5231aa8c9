import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { utf8 } from '../../encoding/bytes.js';
import { readAnswer, signalsOf, TrafficLog, type TransportRequest } from '../index.js';
import { enrolled, refusalOf, withSigningKey } from '../testing/enrolled-phone.js';
import { startTestLab } from '../testing/test-lab.js';
import { androidPhone, iPhone, signedRequest, softwareKey } from '../testing/test-phone.js';

describe('a relying party', () => {
  it('records challenges, keys and requests, and whose word each is', async () => {
    const monitor = new TrafficLog();
    const lab = await startTestLab({ monitor });
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const { key } = await withSigningKey(lab, phone);
    const url = `${lab.party.apiUrl}/v1/orders`;
    const send = async (request: TransportRequest) => {
      const response = await lab.transport(phone.identity)(request);
      return refusalOf(readAnswer(response, z.unknown())).code;
    };
    const first = signedRequest(key, url, { counter: 1n });
    expect(await send(first)).toBeNull();
    expect(await send(first)).toBe('counter_replayed');
    const second = signedRequest(key, url, { counter: 3n });
    expect(await send({ ...second, body: utf8('tampered') })).toBe('bad_signature');
    expect(await send(signedRequest(softwareKey(), url, { counter: 9n }))).toBe('unknown_key');

    const told = monitor.requestsOf(key.keyId);
    expect(told.map(({ counter, code, signed }) => [counter, code, signed])).toEqual([
      [1n, null, true],
      [1n, 'counter_replayed', true],
      [3n, 'bad_signature', false],
    ]);
    expect(told[0]).toMatchObject({ address: '127.0.0.1', registrationId: phone.registrationId });
    const issuance = monitor.issuanceOf(phone.subject);
    expect(issuance.map(({ kind, purpose }) => [kind, purpose])).toEqual([
      ['challenge-issued', 'tls'],
      ['key-presented', 'tls'],
      ['challenge-issued', 'sign'],
      ['key-presented', 'sign'],
    ]);
    const found = signalsOf(monitor, key.keyId, new Date(Date.now() + 1_000));
    const of = (id: string) => found.find((one) => one.id === id);
    expect(of('counter-replay')).toMatchObject({ value: 1, samples: 2 });
    expect(of('enrolment-latency')).toMatchObject({ status: 'measured', samples: 1 });
    expect(of('attestation-age')?.value).toBeLessThan(1);
    expect(of('first-use')?.value).toBeLessThan(1);
    const [attested] = monitor.attestedOf(key.keyId);
    expect(attested).toMatchObject({ registrationId: phone.registrationId, level: 'tee' });
    expect(String(attested?.patchLevel)).toMatch(/^20[0-9]{4}$/);
    expect(monitor.attestedForRegistration(phone.registrationId)).toHaveLength(2);
    expect(lab.faults).toEqual([]);
    await lab.party.close();
  });

  it('records the requests of an App Attest key, which is never registered to sign', async () => {
    const monitor = new TrafficLog();
    const lab = await startTestLab({ monitor });
    const iphone = iPhone(lab.vendors);
    const phone = await enrolled(lab, iphone);
    const request = await iphone.assertedRequest(`${lab.party.apiUrl}/v1/orders`, { counter: 1n });
    await lab.transport(phone.identity)(request);
    const keyId = new Map(request.headers).get('attestlab-key-id') ?? '';
    expect(monitor.requestsOf(keyId)).toMatchObject([{ code: null, counter: 1n, signed: true }]);
    const found = signalsOf(monitor, keyId, new Date(Date.now() + 1_000));
    expect(found.find(({ id }) => id === 'attestation-age')).toMatchObject({ samples: 1 });
    // App Attest certifies its own key; the connection's is only vouched for.
    expect(monitor.attestedOf(keyId)).toMatchObject([
      { level: 'secure-enclave', patchLevel: null },
    ]);
    expect(monitor.attestedForRegistration(phone.registrationId)).toHaveLength(1);
    await lab.party.close();
  });
});
