import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createInterceptionAuthority } from './authority.js';
import { converse, openClient, SERVER_NAME, startUpstream } from './testing/tls-peers.js';
import { startTlsInterceptor, type TlsInterceptor } from './tls-interceptor.js';

const now = new Date();
const mitm = createInterceptionAuthority({ commonName: 'test interception', now });
const servers = createInterceptionAuthority({ commonName: 'test servers', now });
const HANDSHAKE_TIMEOUT_MS = 200;

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function interceptor(): Promise<TlsInterceptor> {
  const behind = await startUpstream({ credentials: servers.issueFor(SERVER_NAME) });
  const between = await startTlsInterceptor({
    interception: {
      kind: 'terminate',
      presents: { kind: 'minted', authority: mitm },
      upstream: {
        ...{ host: '127.0.0.1', port: behind.port, serverName: SERVER_NAME },
        anchors: [servers.certificate],
      },
    },
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  });
  opened.push(between, behind);
  return between;
}

/** The first record of a handshake: a ClientHello of 508 bytes is announced, and none follows. */
const BEGUN = Buffer.from('16030101fc010001f80303', 'hex');

const BROKEN: Readonly<Record<string, (socket: Socket) => void>> = {
  'says nothing': () => undefined,
  'begins a handshake and stalls': (socket) => socket.write(BEGUN),
  'sends a byte now and then': (socket) => {
    const bytes = [...BEGUN, ...new Uint8Array(500)];
    const timer = setInterval(() => {
      socket.write(Uint8Array.of(bytes.shift() ?? 0));
    }, HANDSHAKE_TIMEOUT_MS / 10);
    socket.once('close', () => {
      clearInterval(timer);
    });
  },
  'speaks HTTP': (socket) => socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'),
  'announces a record that is too long': (socket) => socket.write(Buffer.from('160301ffff', 'hex')),
  'sends noise': (socket) => socket.write(Buffer.alloc(70_000, 0xa5)),
  'sends application data before a handshake': (socket) =>
    socket.write(Buffer.from('1703030005aaaaaaaaaa', 'hex')),
  'is gone in the middle of a handshake': (socket) => {
    socket.write(BEGUN, () => socket.resetAndDestroy());
  },
};

async function suffer(port: number, act: (socket: Socket) => void): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  act(socket);
  await closed;
}

describe('a client that', () => {
  it.each(Object.entries(BROKEN))(
    '%s is ended, and has sent no application byte',
    async (_, act) => {
      const between = await interceptor();
      await suffer(between.port, act);
      await between.waitForEnded(1, { timeoutMs: 5_000 });
      const [connection] = between.connections();
      expect(connection).toMatchObject({
        handshake: 'failed',
        applicationBytes: { fromClient: 0, toClient: 0 },
        upstream: 'unused',
      });
      expect(connection?.plaintext.length).toBe(0);
    },
  );
});

describe('a client among broken ones', () => {
  it('is read as if it was alone', async () => {
    const between = await interceptor();
    const broken = Object.values(BROKEN).map((act) => suffer(between.port, act));
    const socket = await openClient(between.port, mitm.certificate, { servername: 'good.test' });
    const { sent, received } = await converse(socket, { body: 'a'.repeat(9_973), answerBytes: 77 });
    await Promise.all(broken);
    await between.waitForEnded(broken.length + 1, { timeoutMs: 5_000 });
    const good = between.connections().filter(({ serverName }) => serverName === 'good.test');
    expect(good.map(({ applicationBytes }) => applicationBytes)).toEqual([
      { fromClient: sent.length, toClient: received.length },
    ]);
    const others = between.connections().filter(({ serverName }) => serverName === null);
    expect(others.map(({ applicationBytes }) => applicationBytes.fromClient)).toEqual(
      broken.map(() => 0),
    );
  });
});
