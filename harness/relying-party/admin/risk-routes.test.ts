import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { THRESHOLDS, TrafficLog } from '../index.js';
import { enrolled, withSigningKey } from '../testing/enrolled-phone.js';
import { startTestLab, type TestLab } from '../testing/test-lab.js';
import { androidPhone, signedRequest } from '../testing/test-phone.js';
import { riskReplySchema, risksReplySchema } from './schemas.js';

const TOKEN = 'k'.repeat(43);

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab({ admin: { token: TOKEN }, monitor: new TrafficLog() });
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

async function ask(path: string, of = lab) {
  const response = await of.transport()({
    ...{ method: 'GET', url: `${of.party.adminUrl ?? ''}${path}`, body: new Uint8Array() },
    headers: [['authorization', `Bearer ${TOKEN}`]],
  });
  const json: unknown = JSON.parse(Buffer.from(response.body).toString());
  return { status: response.status, json };
}

/** A key that sends what it signed four times over, once with another body. */
async function replayingKey() {
  const phone = await enrolled(lab, androidPhone(lab.vendors));
  const { key } = await withSigningKey(lab, phone);
  const request = signedRequest(key, `${lab.party.apiUrl}/v1/orders`, { counter: 1n });
  for (let count = 0; count < 4; count++) await lab.transport(phone.identity)(request);
  await lab.transport(phone.identity)({ ...request, body: utf8('tampered') });
  return { phone, keyId: key.keyId };
}

describe('the risks of keys', () => {
  it('are told of one key, each signal with its threshold and its sentence', async () => {
    const { keyId } = await replayingKey();
    const answer = await ask(`/v1/risks/${keyId}`);
    expect(answer.status).toBe(200);
    const { signals, suspected, ...told } = riskReplySchema.parse(answer.json);
    expect(told).toMatchObject({ keyId });
    expect(signals.map(({ id }) => id)).toEqual(Object.keys(THRESHOLDS));
    const replay = signals.find(({ id }) => id === 'counter-replay');
    expect(replay).toMatchObject({ value: 3, threshold: 2, unit: 'requests', raised: true });
    expect(replay?.explanation).toMatch(/^one message came 3 times again; raised, since above 2/);
    expect(suspected.replayer).toContain('counter-replay');
    for (const { explanation } of signals) expect(explanation.length).toBeGreaterThan(20);
  });

  it('are listed with the most suspicious key first, by its raised signals alone', async () => {
    const { keyId, phone } = await replayingKey();
    const quiet = await enrolled(lab, androidPhone(lab.vendors));
    const answer = await ask('/v1/risks');
    const { keys, known, examined } = risksReplySchema.parse(answer.json);
    expect(known).toBe(examined);
    expect(keys[0]?.suspected.replayer).toContain('counter-replay');
    expect(keys.map((one) => one.keyId)).toContain(keyId);
    // Test phones answer their challenges faster than hardware could, and nothing else is raised.
    const quietOnes = [quiet.tlsKey, phone.tlsKey].map((one) => one.keyId);
    for (const one of keys) {
      expect(one.signals.every(({ raised }) => raised)).toBe(true);
      if (!quietOnes.includes(one.keyId)) continue;
      expect(Object.values(one.suspected).flat()).toEqual(['enrolment-latency']);
    }
  });

  it('are answered to many at once by looking once', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => ask('/v1/risks')));
    for (const { status } of answers) expect(status).toBe(200);
    const [first, ...others] = answers.map(({ json }) => risksReplySchema.parse(json));
    for (const other of others) expect(other.keys).toEqual(first?.keys);
  });

  it.each([
    ['a key of which nothing was heard', `/v1/risks/${'A'.repeat(43)}`, 404, 'not_found'],
    ['what is no key', '/v1/risks/short', 400, 'malformed'],
  ])('are not told of %s', async (_, path, status, code) => {
    expect(await ask(path)).toMatchObject({ status, json: { code } });
  });

  it('are not told where nobody watches the traffic', async () => {
    const other = await startTestLab({ admin: { token: TOKEN } });
    for (const path of ['/v1/risks', `/v1/risks/${'A'.repeat(43)}`]) {
      const answer = await ask(path, other);
      expect(answer).toMatchObject({ status: 404, json: { code: 'not_found' } });
      expect(JSON.stringify(answer.json)).toContain('not watched');
    }
    await other.party.close();
  });
});
