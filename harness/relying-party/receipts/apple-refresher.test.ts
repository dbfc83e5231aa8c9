import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { appleReceiptRefresher } from './apple-refresher.js';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server in Apple's place, and a refresher that asks it. */
async function refresherOf(answer: {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}) {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const server = createServer((request, response) => {
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
  const refresher = appleReceiptRefresher({
    origin: `http://127.0.0.1:${port}`,
    authorization: () => Promise.resolve('ey.J.wt'),
  });
  return { refresher, seen, port };
}

const RECEIPT = Uint8Array.of(0x30, 0x80, 0xff);

describe('the refresher that asks Apple', () => {
  it('posts the receipt in base64, and takes the newer one out of base64', async () => {
    const { refresher, seen } = await refresherOf({ status: 200, body: 'MIA=\n' });
    expect(await refresher.refresh(RECEIPT)).toEqual(Uint8Array.of(0x30, 0x80));
    expect(seen).toHaveLength(1);
    expect(seen[0]?.request).toMatchObject({
      ...{ method: 'POST', url: '/v1/attestationData' },
      headers: { authorization: 'ey.J.wt' },
    });
    expect(seen[0]?.body).toBe('MID/');
  });

  it.each([304, 404])('says null at status %i: there is nothing newer', async (status) => {
    const { refresher } = await refresherOf({ status, body: '' });
    expect(await refresher.refresh(RECEIPT)).toBeNull();
  });

  it.each([
    [400, ''],
    [401, ''],
    [429, ''],
    [500, ''],
    [204, ''],
    [200, ''],
    [200, '{"receipt":"MIA="}'],
    [200, 'A'.repeat(131_076)],
  ])('breaks rather than learns at status %i with %.20s', async (status, body) => {
    const { refresher } = await refresherOf({ status, body });
    await expect(refresher.refresh(RECEIPT)).rejects.toMatchObject({ code: 'ERR_RELYING_PARTY' });
  });

  it('carries receipt and token to no server that another one names', async () => {
    const elsewhere = await refresherOf({ status: 200, body: 'MIA=' });
    const location = `http://127.0.0.1:${elsewhere.port}/v1/attestationData`;
    const { refresher } = await refresherOf({ status: 307, body: '', headers: { location } });
    await expect(refresher.refresh(RECEIPT)).rejects.toThrow(/status 307/);
    expect(elsewhere.seen).toEqual([]);
  });

  it('breaks where nobody listens', async () => {
    const { refresher } = await refresherOf({ status: 200, body: '' });
    for (const close of closing.splice(0)) close();
    await expect(refresher.refresh(RECEIPT)).rejects.toMatchObject({ code: 'ERR_RELYING_PARTY' });
  });
});
