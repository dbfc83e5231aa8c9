import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLabPki, httpsTransport, type LabPki } from './index.js';

let pki: LabPki;
let server: Server;
let connections: number;

beforeEach(async () => {
  pki = await createLabPki({ dnsName: 'rp.attestlab.example', now: new Date() });
  const { certificateChain: cert, privateKey: key } = pki.server;
  connections = 0;
  server = createServer({ cert, key }, (_, response) => response.end('{}'));
  server.on('secureConnection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function ask(send: ReturnType<typeof httpsTransport>) {
  const { port } = server.address() as AddressInfo;
  const url = `https://localhost:${port}/`;
  return send({ method: 'GET', url, headers: [], body: new Uint8Array() });
}

describe('a transport over HTTPS', () => {
  it.each([
    ['of its own', {}, 2],
    ['shared', { connections: 'shared' }, 1],
  ] as const)('sends requests over connections %s', async (_, wish, expected) => {
    const send = httpsTransport({ anchors: [pki.serverAnchor], ...wish });
    for (const response of [await ask(send), await ask(send)]) expect(response.status).toBe(200);
    expect(connections).toBe(expected);
  });

  it('trusts the given anchors alone', async () => {
    const { serverAnchor } = await createLabPki({ dnsName: 'x.example', now: new Date() });
    await expect(ask(httpsTransport({ anchors: [serverAnchor] }))).rejects.toMatchObject({
      code: 'ERR_RELYING_PARTY',
    });
  });
});
