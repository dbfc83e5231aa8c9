import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownCorpus, readQuestions } from '../questions.js';
import { adapterVectorSchema, type AdapterVector } from '../protocol.js';
import { httpPeer, type Backend } from './http.js';

/** What the backend answers next: a status and a body, or nothing ever. */
let next: { readonly status: number; readonly body: string } | null = null;
let seen: { readonly body: unknown; readonly headers: IncomingMessage['headers'] }[] = [];
let server: Server;
let vector: AdapterVector;

beforeAll(async () => {
  const [question] = ownCorpus()
    .filter((file) => file.endsWith('csr.json'))
    .flatMap((file) => readQuestions(file));
  if (question === undefined) throw new Error('the corpus has no request');
  ({ vector } = question);
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString('utf8')));
    request.on('end', () => {
      seen.push({ body: JSON.parse(text), headers: request.headers });
      if (next === null) return;
      response.writeHead(next.status, { location: '/elsewhere' }).end(next.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(
  answer: typeof next,
  changes: Partial<Backend> = {},
): Promise<Readonly<Record<string, unknown>>> {
  next = answer;
  seen = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/attest`;
  const backend = { url, headers: {}, statuses: new Map(), timeoutMs: 10_000, ...changes };
  return httpPeer(backend).ask(vector);
}

describe('a backend behind HTTP', () => {
  it('is sent the vector as adapters get it, with the user’s headers, once', async () => {
    await ask({ status: 204, body: '' }, { headers: { authorization: 'Bearer t' } });
    expect(seen).toHaveLength(1);
    expect(adapterVectorSchema.parse(seen[0]?.body)).toEqual(vector);
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer t',
    });
  });

  it.each([
    [200, 'accepted'],
    [204, 'accepted'],
    [401, 'rejected'],
    [422, 'rejected'],
    [501, 'unsupported'],
  ])('means with %i: %s', async (status, verdict) => {
    const body = status === 204 ? '' : '{"error":"why"}';
    expect(await ask({ status, body })).toEqual({
      ...{ id: vector.id, verdict },
      reason: `${status} ${body}`.trim(),
    });
  });

  it('means what the user says that a status means', async () => {
    const statuses = new Map([[418, 'rejected' as const]]);
    expect(await ask({ status: 418, body: '' }, { statuses })).toMatchObject({
      verdict: 'rejected',
    });
  });

  it('may answer 200 with a result of the protocol, which counts', async () => {
    const result = { id: vector.id, verdict: 'rejected', reason: 'nonce' };
    expect(await ask({ status: 200, body: JSON.stringify(result) })).toEqual(result);
  });

  it.each([[500], [404], [302]])('breaks with %i: that is no verdict', async (status) => {
    await expect(ask({ status, body: 'oops' })).rejects.toMatchObject({ code: 'ERR_ADAPTER' });
    expect(seen).toHaveLength(1);
  });

  it('breaks where no answer comes in time, and where nobody listens', async () => {
    await expect(ask(null, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'ERR_ADAPTER' });
    await expect(ask(null, { url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({
      code: 'ERR_ADAPTER',
    });
  });
});
