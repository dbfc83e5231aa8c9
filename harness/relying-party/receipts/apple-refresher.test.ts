import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { appleToken, createLabPki } from '../index.js';
import { appleReceiptRefresher } from './apple-refresher.js';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const pki = createLabPki({ dnsName: 'data.example', now: new Date() });
const NOW = new Date('2026-11-26T00:00:00Z');

/** A server in Apple's place, over TLS, and a refresher that asks it. */
async function refresherOf(
  answer: {
    readonly status: number;
    readonly body: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
  authorization: (now: Date) => string = () => 'ey.J.wt',
) {
  const { serverAnchor, server: credentials } = await pki;
  const seen: { request: IncomingMessage; body: string }[] = [];
  const { certificateChain: cert, privateKey: key } = credentials;
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ request, body: Buffer.concat(chunks).toString() });
      const hasBody = answer.status !== 304;
      response.writeHead(answer.status, answer.headers).end(hasBody ? answer.body : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const origin = `https://localhost:${port}`;
  const options = { origin, authorization, clock: () => NOW };
  const refresher = appleReceiptRefresher({ ...options, anchors: [serverAnchor] });
  return { refresher, seen, origin, options };
}

const RECEIPT = Uint8Array.of(0x30, 0x80, 0xff);

describe('the refresher that asks Apple', () => {
  it('posts the receipt in base64, and takes the newer one out of base64', async () => {
    const { refresher, seen } = await refresherOf({ status: 200, body: 'MIA=\n' });
    const receipt = Uint8Array.of(0x30, 0x80);
    expect(await refresher.refresh(RECEIPT)).toEqual({ outcome: 'newer', receipt });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.request).toMatchObject({
      ...{ method: 'POST', url: '/v1/attestationData' },
      headers: { authorization: 'ey.J.wt' },
    });
    expect(seen[0]?.body).toBe('MID/');
  });

  it.each([
    [304, '', {}, { outcome: 'not-due' }],
    [404, '', {}, { outcome: 'no-data' }],
    [400, '', {}, { outcome: 'refused' }],
    [200, '', {}, { outcome: 'refused' }],
    [200, '{"receipt":"MIA="}', {}, { outcome: 'refused' }],
    [200, 'A'.repeat(131_076), {}, { outcome: 'refused' }],
    [401, '', { 'retry-after': '5' }, { outcome: 'unavailable', retryAfterMs: null }],
    [429, '', {}, { outcome: 'unavailable', retryAfterMs: null }],
    [429, '', { 'retry-after': '120' }, { outcome: 'unavailable', retryAfterMs: 120_000 }],
    [
      ...([429, '', { 'retry-after': 'Thu, 26 Nov 2026 00:01:00 GMT' }] as const),
      { outcome: 'unavailable', retryAfterMs: 60_000 },
    ],
    [429, '', { 'retry-after': 'soon' }, { outcome: 'unavailable', retryAfterMs: null }],
    [500, '', {}, { outcome: 'unavailable', retryAfterMs: null }],
    [503, '', { 'retry-after': '7' }, { outcome: 'unavailable', retryAfterMs: 7_000 }],
    [204, '', {}, { outcome: 'unavailable' }],
  ] as const)('reads status %i with body "%.20s" and %j as %j', async (...given) => {
    const [status, body, headers, expected] = given;
    const { refresher } = await refresherOf({ status, body, headers });
    expect(await refresher.refresh(RECEIPT)).toMatchObject(expected);
  });

  it('carries receipt and token to no server that another one names', async () => {
    const elsewhere = await refresherOf({ status: 200, body: 'MIA=' });
    const location = `${elsewhere.origin}/v1/attestationData`;
    const { refresher } = await refresherOf({ status: 307, body: '', headers: { location } });
    expect(await refresher.refresh(RECEIPT)).toMatchObject({ reason: 'status 307' });
    expect(elsewhere.seen).toEqual([]);
  });

  it('sends no token to a server of another authority', async () => {
    const { options, seen } = await refresherOf({ status: 200, body: 'MIA=' });
    const refreshed = await appleReceiptRefresher(options).refresh(RECEIPT);
    expect(refreshed).toMatchObject({ outcome: 'unavailable' });
    expect(JSON.stringify(refreshed)).not.toContain('ey.J.wt');
    expect(seen).toEqual([]);
  });

  it('says that nobody listens', async () => {
    const { refresher } = await refresherOf({ status: 200, body: '' });
    for (const close of closing.splice(0)) close();
    expect(await refresher.refresh(RECEIPT)).toMatchObject({ outcome: 'unavailable' });
  });
});

describe('the token of a team', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = appleToken({ teamId: 'ATTESTLAB0', keyId: 'KEY0123456', privateKey });

  it('is what Apple wants: ES256, by key and team, for an hour, without a scheme', async () => {
    const { refresher, seen } = await refresherOf({ status: 304, body: '' }, token);
    await refresher.refresh(RECEIPT);
    const sent = seen[0]?.request.headers.authorization ?? '';
    expect(decodeProtectedHeader(sent)).toEqual({ alg: 'ES256', kid: 'KEY0123456', typ: 'JWT' });
    const { payload } = await jwtVerify(sent, publicKey, { currentDate: NOW });
    const iat = NOW.getTime() / 1000;
    expect(payload).toEqual({ iss: 'ATTESTLAB0', iat, exp: iat + 3600 });
  });

  it('is used for twenty minutes, and made anew where the clock goes back', () => {
    const at = (minutes: number) => token(new Date(NOW.getTime() + minutes * 60_000));
    const first = at(100);
    expect(at(119)).toBe(first);
    expect(at(120)).not.toBe(first);
    expect(at(99)).not.toBe(first);
  });
});
