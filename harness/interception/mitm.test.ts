import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { utf8, utf8Text } from '../encoding/bytes.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { createInterceptionAuthority } from './authority.js';
import { startMitmProxy, type MitmProxy, type MitmProxyOptions } from './mitm.js';
import { converse, startUpstream, type TestUpstream } from './testing/tls-peers.js';

const now = new Date();
const NAME = 'localhost';
const mitm = createInterceptionAuthority({
  commonName: 'test interception',
  now,
  keyType: 'rsa-2048',
});
const servers = createInterceptionAuthority({ commonName: 'test servers', now });

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function proxy(options: Partial<MitmProxyOptions> = {}): Promise<MitmProxy> {
  const started = await startMitmProxy({
    ...{ authority: mitm, upstreamAnchors: [servers.certificate] },
    ...options,
  });
  opened.push(started);
  return started;
}

async function upstream(): Promise<TestUpstream> {
  const started = await startUpstream({ credentials: servers.issueFor(NAME) });
  opened.push(started);
  return started;
}

/** A tunnel through the proxy, as phones open it. */
async function tunnel(through: MitmProxy, port: number): Promise<Socket> {
  const asked = httpRequest({
    ...{ host: '127.0.0.1', port: through.port, method: 'CONNECT' },
    path: `${NAME}:${port}`,
  });
  asked.end();
  const [, socket] = (await once(asked, 'connect')) as [unknown, Socket];
  return socket;
}

async function tls(socket: Socket, trusted: Uint8Array) {
  const client = connect({ socket, servername: NAME, ca: encodePemCertificate(trusted) });
  await once(client, 'secureConnect');
  client.on('error', () => undefined);
  return client;
}

const order = { body: 'amount=10', answerBytes: 300 };

describe('a request through the proxy', () => {
  it('of a client that trusts it is read whole, and answered by the server further in', async () => {
    const [behind, between] = [await upstream(), await proxy()];
    const client = await tls(await tunnel(between, behind.port), mitm.certificate);
    const { received } = await converse(client, order);
    expect(utf8Text(received)).toContain('a'.repeat(300));
    expect(behind.bodies.map(utf8Text)).toEqual(['amount=10']);
    const [read, ...more] = between.requests();
    expect(more).toEqual([]);
    expect(read).toMatchObject({ method: 'POST', url: `https://${NAME}:${behind.port}/300` });
    expect(utf8Text(read?.body ?? utf8('nothing'))).toBe('amount=10');
  });

  it('is answered by a rule that fits, and nothing is sent further in', async () => {
    const behind = await upstream();
    const between = await proxy({
      rules: [
        { path: '/elsewhere', then: { kind: 'drop' } },
        { host: NAME, path: '/300', then: { kind: 'answer', status: 418, body: utf8('mine') } },
      ],
    });
    const client = await tls(await tunnel(between, behind.port), mitm.certificate);
    const { received } = await converse(client, order);
    expect(utf8Text(received)).toMatch(/^HTTP\/1\.1 418 [^]*mine/);
    expect(behind.bodies).toEqual([]);
  });

  it('is dropped by a rule that says so', async () => {
    const behind = await upstream();
    const between = await proxy({ rules: [{ then: { kind: 'drop' } }] });
    const client = await tls(await tunnel(between, behind.port), mitm.certificate);
    expect((await converse(client, order)).received).toHaveLength(0);
    expect(behind.bodies).toEqual([]);
  });

  it('to a server that is gone ends in a dead connection, not in an answer', async () => {
    const behind = await upstream();
    await behind.close();
    const between = await proxy();
    const client = await tls(await tunnel(between, behind.port), mitm.certificate);
    expect((await converse(client, order)).received).toHaveLength(0);
  });

  it('to a server of a stranger is not sent on', async () => {
    const behind = await upstream();
    const between = await proxy({ upstreamAnchors: [] });
    const client = await tls(await tunnel(between, behind.port), mitm.certificate);
    expect((await converse(client, order)).received).toHaveLength(0);
    expect(behind.bodies).toEqual([]);
  });

  it('to a host that is not to be read passes unread', async () => {
    const [behind, between] = [await upstream(), await proxy({ unreadHosts: [NAME] })];
    const client = await tls(await tunnel(between, behind.port), servers.certificate);
    await converse(client, order);
    expect(behind.bodies.map(utf8Text)).toEqual(['amount=10']);
    expect(between.requests()).toEqual([]);
  });
});

describe('a client that does not trust the proxy', () => {
  it('has no request read, whatever the proxy guesses of the cause', async () => {
    const [behind, between] = [await upstream(), await proxy()];
    const client = connect({
      ...{ socket: await tunnel(between, behind.port), servername: NAME },
      ca: encodePemCertificate(servers.certificate),
    });
    await once(client, 'error');
    await expect.poll(() => between.tlsFailures().map(({ host }) => host)).toEqual([NAME]);
    expect(between.requests()).toEqual([]);
    expect(behind.bodies).toEqual([]);
  });
});

describe('the proxy', () => {
  const elsewhere = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

  it.skipIf(elsewhere === undefined)('serves nobody but this machine', async () => {
    const between = await proxy();
    const socket = connectTcp({ host: elsewhere, port: between.port });
    socket.on('error', () => undefined);
    socket.write('CONNECT localhost:1 HTTP/1.1\r\nhost: localhost\r\n\r\n');
    let answered = 0;
    socket.on('data', (chunk: Uint8Array) => (answered += chunk.length));
    await once(socket, 'close');
    expect(answered).toBe(0);
  });

  it('makes its certificates by itself where certificates of ours are made too', async () => {
    // Both copies of @peculiar/x509 in one process, ours first.
    const { createLabPki } = await import('../relying-party/pki.js');
    await createLabPki({ dnsName: 'rp.example.test', now: new Date() });
    const started = await proxy();
    expect(started.port).toBeGreaterThan(0);
    const { serverAnchor } = await createLabPki({ dnsName: 'rp.example.test', now: new Date() });
    expect(serverAnchor.length).toBeGreaterThan(0);
  });

  it('refuses an authority whose key mockttp cannot read', async () => {
    await expect(proxy({ authority: servers })).rejects.toMatchObject({
      code: 'ERR_INTERCEPTION',
      message: expect.stringContaining('must be RSA') as string,
    });
  });

  it('refuses a port that is taken', async () => {
    const { port } = await proxy();
    await expect(proxy({ port })).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE' });
  });

  it('that is closed no longer listens', async () => {
    const between = await proxy();
    await between.close();
    const socket = connectTcp(between.port, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
