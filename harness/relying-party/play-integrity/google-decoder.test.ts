import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { googlePlayIntegrityDecoder } from './google-decoder.js';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server in Google's place, and a decoder that asks it. */
async function decoderOf(answer: { readonly status: number; readonly body: string }) {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ request, body: Buffer.concat(chunks).toString() });
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const decoder = googlePlayIntegrityDecoder({
    ...{ packageName: 'org.attestlab.probe', origin: `http://127.0.0.1:${port}` },
    accessToken: () => Promise.resolve('secret'),
  });
  return { decoder, seen };
}

describe('the decoder that asks Google', () => {
  it('asks as Google wants it, and hands the payload on as it was written', async () => {
    const payload = '{"requestDetails": {"a":1}, "requestDetails": {}}';
    const body = `{\n "tokenPayloadExternal": ${payload}\n}\n`;
    const { decoder, seen } = await decoderOf({ status: 200, body });
    expect(await decoder.decode('a.b')).toBe(payload);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.request).toMatchObject({
      ...{ method: 'POST', url: '/v1/org.attestlab.probe:decodeIntegrityToken' },
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
    });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ integrity_token: 'a.b' });
  });

  it('says null where Google says that the token is none', async () => {
    const { decoder } = await decoderOf({ status: 400, body: '{"error":{"code":400}}' });
    expect(await decoder.decode('a.b')).toBeNull();
  });

  it.each([
    [401, '{}'],
    [429, '{}'],
    [503, ''],
    [302, ''],
    [200, '{}'],
    [200, 'tokenPayloadExternal'],
    [200, `{"tokenPayloadExternal":{"a":"${'a'.repeat(131_072)}"}}`],
  ])('breaks rather than judges at status %i with %.30s', async (status, body) => {
    const { decoder } = await decoderOf({ status, body });
    await expect(decoder.decode('a.b')).rejects.toMatchObject({ code: 'ERR_RELYING_PARTY' });
  });

  it('breaks where nobody listens', async () => {
    const { decoder } = await decoderOf({ status: 200, body: '' });
    for (const close of closing.splice(0)) close();
    await expect(decoder.decode('a.b')).rejects.toMatchObject({ code: 'ERR_RELYING_PARTY' });
  });
});
