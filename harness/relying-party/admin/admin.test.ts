import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { enrolled, refusalOf } from '../testing/enrolled-phone.js';
import { startTestLab, type TestLab } from '../testing/test-lab.js';
import { androidPhone } from '../testing/test-phone.js';
import { readAdminToken } from './admin-token.js';

const TOKEN = 'k'.repeat(43);

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab({ admin: { token: TOKEN } });
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

async function ask(method: string, path: string, asked: { token?: string; body?: unknown } = {}) {
  const { token = `Bearer ${TOKEN}`, body } = asked;
  const response = await lab.transport()({
    ...{ method, url: `${lab.party.adminUrl ?? ''}${path}` },
    headers: [
      ...(token === '' ? [] : ([['authorization', token]] as const)),
      ...(body === undefined ? [] : ([['content-type', 'application/json']] as const)),
    ],
    body: body === undefined ? new Uint8Array() : utf8(JSON.stringify(body)),
  });
  const text = Buffer.from(response.body).toString();
  const isJson = (response.headers['content-type'] ?? '').includes('json');
  const json = isJson ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {};
  return { ...response, text, json };
}

describe('the administration', () => {
  it.each([
    ['no token', ''],
    ['another token', `Bearer ${'j'.repeat(43)}`],
    ['a longer one', `Bearer ${TOKEN}k`],
    ['a prefix', `Bearer ${TOKEN.slice(0, -1)}`],
    ['another scheme', `Basic ${TOKEN}`],
    ['two tokens', `Bearer ${TOKEN} ${TOKEN}`],
  ])('turns away who brings %s, on every path', async (_name, token) => {
    expect((await ask('GET', '/openapi.json', { token })).status).toBe(401);
    for (const path of ['/metrics', '/v1/health', '/v1/denied-keys', '/v1/risks', '/none']) {
      const answer = await ask('GET', path, { token });
      expect([path, answer.status, answer.json['code']]).toEqual([path, 401, 'token_required']);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('is on no other listener', async () => {
    const { enrolUrl } = lab.party;
    const headers = [['authorization', `Bearer ${TOKEN}`]] as const;
    const asked = { method: 'GET', headers, body: new Uint8Array() };
    const answer = await lab.transport()({ ...asked, url: `${enrolUrl}/v1/denied-keys` });
    expect(answer.status).toBe(404);
  });

  it('does not listen where nobody asked for it', async () => {
    const bare = await startTestLab();
    expect(bare.party.adminUrl).toBeNull();
    await bare.party.close();
  });

  it('denies a key and allows it again', async () => {
    const { identity, tlsKey } = await enrolled(lab, androidPhone(lab.vendors));
    const path = `/v1/denied-keys/${tlsKey.keyId}`;
    const denied = await ask('PUT', path, { body: { reason: 'stolen' } });
    expect([denied.status, denied.json]).toMatchObject([200, { reason: 'stolen' }]);
    expect((await ask('GET', '/v1/denied-keys')).json).toMatchObject({
      denied: [{ keyId: tlsKey.keyId, reason: 'stolen' }],
    });
    expect((await ask('GET', '/metrics')).text).toContain('attestlab_denied_keys 1\n');
    const answer = await lab.apiClient(identity).requestSignChallenge();
    expect(refusalOf(answer).code).toBe('key_denied');
    expect(JSON.stringify(answer)).not.toContain('stolen');
    expect((await ask('DELETE', path)).json).toEqual({ allowed: true });
    expect((await ask('DELETE', path)).json).toEqual({ allowed: false });
    const again = await lab.apiClient(identity).requestSignChallenge();
    expect(again.outcome).toBe('accepted');
  });

  it.each([
    ['PUT', '/v1/denied-keys/short', { reason: 'x' }],
    ['PUT', `/v1/denied-keys/${'A'.repeat(43)}`, { reason: ' ' }],
    ['PUT', `/v1/denied-keys/${'A'.repeat(43)}`, { reason: 'x', more: 1 }],
    ['DELETE', '/v1/denied-keys/..%2f..', undefined],
  ])('refuses as malformed %s %s %j', async (method, path, body) => {
    const answer = await ask(method, path, { body });
    expect([answer.status, answer.json['code']]).toEqual([400, 'malformed']);
  });

  it('counts what was answered, and no path that a client makes up', async () => {
    const { enrolUrl } = lab.party;
    for (const name of ['one', 'two']) {
      const asked = { method: 'GET', headers: [], body: new Uint8Array() };
      await lab.transport()({ ...asked, url: `${enrolUrl}/made-up-${name}` });
    }
    const { text, headers } = await ask('GET', '/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toMatch(/attestlab_requests_total\{.*route="none".*code="not_found"\} [2-9]/);
    expect(text).toMatch(/attestlab_appraisals_total\{format="android-key".*"accepted"\} \d/);
    expect(text).not.toContain('made-up');
  });

  it('says that it fails where its store does, and with what', async () => {
    expect((await ask('GET', '/v1/health')).json).toMatchObject({
      ...{ status: 'ok', store: { status: 'ok' }, tls: 'both', faults: 0 },
    });
    const broken = vi.spyOn(lab.store, 'denied').mockRejectedValue(new Error('disk full'));
    expect((await ask('GET', '/v1/health')).json).toMatchObject({
      ...{ status: 'failing', store: { status: 'failing', problem: 'disk full' } },
    });
    broken.mockRestore();
  });
});

describe('the token of the administration', () => {
  it('is made once, for its owner alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-token-'));
    const file = join(folder, 'token');
    const token = readAdminToken(file);
    expect(token).toHaveLength(43);
    expect(readAdminToken(file)).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'short');
    expect(() => readAdminToken(file)).toThrow(/a token has 43 or more/);
    rmSync(file);
    writeFileSync(file, token, { mode: 0o644 });
    expect(() => readAdminToken(file)).toThrow(/others may read it/);
    rmSync(folder, { recursive: true });
  });
});
