import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { X509Certificate } from 'node:crypto';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { utf8Text } from '../encoding/bytes.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { createInterceptionAuthority } from './authority.js';
import {
  startTlsInterceptor,
  type TlsInterceptor,
  type TlsInterceptorOptions,
} from './tls-interceptor.js';
import { refuseByAlert } from './testing/openssl-client.js';
import {
  clientIdentity,
  converse,
  listen,
  openClient,
  SERVER_NAME,
  startUpstream,
  type TestUpstream,
} from './testing/tls-peers.js';

const now = new Date();
const mitm = createInterceptionAuthority({ commonName: 'test interception', now });
const servers = createInterceptionAuthority({ commonName: 'test servers', now });
const clients = createInterceptionAuthority({ commonName: 'test clients', now });

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function upstream(
  options: Partial<Parameters<typeof startUpstream>[0]> = {},
): Promise<TestUpstream> {
  const started = await startUpstream({ credentials: servers.issueFor(SERVER_NAME), ...options });
  opened.push(started);
  return started;
}

interface Wish extends Partial<TlsInterceptorOptions> {
  readonly clientCertificate?: 'asked';
  readonly forName?: string;
  readonly upstreamPort?: number;
}

async function interceptor(wish: Wish = {}): Promise<TlsInterceptor> {
  const { clientCertificate, forName, upstreamPort = 1, ...options } = wish;
  const started = await startTlsInterceptor({
    interception: {
      kind: 'terminate',
      presents: {
        kind: 'minted',
        authority: mitm,
        ...(forName === undefined ? {} : { forName }),
      },
      upstream: {
        ...{ host: '127.0.0.1', port: upstreamPort, serverName: SERVER_NAME },
        anchors: [servers.certificate],
      },
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    },
    ...options,
  });
  opened.push(started);
  return started;
}

async function onlyConnection(of: TlsInterceptor) {
  await of.waitForEnded(1, { timeoutMs: 5_000 });
  const [connection, ...more] = of.connections();
  if (connection === undefined || more.length > 0) throw new Error('not one connection');
  return connection;
}

/** Connects without waiting for a handshake that may never be. */
function attempt(port: number, options: ConnectionOptions = {}) {
  const socket = connect({ port, host: '127.0.0.1', servername: SERVER_NAME, ...options });
  const failure = once(socket, 'error').then(([error]) => error as Error);
  return { socket, failure };
}

describe('a client that trusts the interceptor', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is read to the byte over %s', async (version) => {
    const behind = await upstream();
    const between = await interceptor({ upstreamPort: behind.port });
    const socket = await openClient(between.port, mitm.certificate, { maxVersion: version });
    const request = { body: 'amount=10', answerBytes: 5_000 };
    const { sent, received } = await converse(socket, request);
    const connection = await onlyConnection(between);
    expect(connection).toMatchObject({
      serverName: SERVER_NAME,
      tlsVersion: version,
      handshake: 'completed',
      rejectionPhase: 'none',
      applicationBytes: { fromClient: sent.length, toClient: received.length },
      clientCertificate: 'not-asked',
      upstream: 'connected',
    });
    expect(connection.plaintext).toEqual(sent);
    expect(behind.bodies.map(utf8Text)).toEqual(['amount=10']);
  });

  it('is shown a leaf for the name that it asked for', async () => {
    const between = await interceptor();
    const socket = await openClient(between.port, mitm.certificate, { servername: 'a.test' });
    expect(socket.getPeerX509Certificate()?.subjectAltName).toBe('DNS:a.test');
    socket.destroy();
  });

  it('that asks for no name is shown one for the address', async () => {
    const between = await interceptor();
    const socket = connect({
      ...{ port: between.port, host: '127.0.0.1' },
      ca: encodePemCertificate(mitm.certificate),
    });
    await once(socket, 'secureConnect');
    expect(socket.getPeerX509Certificate()?.subjectAltName).toBe('IP Address:127.0.0.1');
    socket.destroy();
    expect(await onlyConnection(between)).toMatchObject({ serverName: null });
  });

  it('loses nothing of what it sends before the way in stands', async () => {
    const behind = await upstream();
    const between = await interceptor({ upstreamPort: behind.port });
    const socket = await openClient(between.port, mitm.certificate);
    const body = 'x'.repeat(3_000_000);
    const { sent, received } = await converse(socket, { body, answerBytes: 2_000_000 });
    const { applicationBytes, plaintext } = await onlyConnection(between);
    expect(applicationBytes).toEqual({ fromClient: sent.length, toClient: received.length });
    expect(plaintext).toHaveLength(65_536);
    expect(behind.bodies[0]).toHaveLength(body.length);
  });

  it('is counted exactly among a hundred at once', async () => {
    const behind = await upstream();
    const between = await interceptor({ upstreamPort: behind.port });
    const conversations = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const socket = await openClient(between.port, mitm.certificate, {
          servername: `c${index}.test`,
        });
        const request = { body: 'b'.repeat(index * 997), answerBytes: index * 1_009 };
        return { name: `c${index}.test`, ...(await converse(socket, request)) };
      }),
    );
    await between.waitForEnded(100, { timeoutMs: 10_000 });
    const counted = new Map(
      between.connections().map((seen) => [seen.serverName, seen.applicationBytes]),
    );
    expect(counted).toEqual(
      new Map(
        conversations.map(({ name, sent, received }) => [
          name,
          { fromClient: sent.length, toClient: received.length },
        ]),
      ),
    );
    expect(new Set(between.connections().map(({ number }) => number)).size).toBe(100);
  }, 30_000);
});

describe('a client that turns the interceptor away', () => {
  it('in the handshake, with an alert, has sent nothing', async () => {
    const between = await interceptor();
    await refuseByAlert(between.port, SERVER_NAME);
    expect(await onlyConnection(between)).toMatchObject({
      handshake: 'failed',
      rejectionPhase: 'in-handshake',
      alert: { number: 48, name: 'unknown_ca' },
      end: 'client-alert',
      serverName: SERVER_NAME,
      applicationBytes: { fromClient: 0, toClient: 0 },
      upstream: 'unused',
    });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'after a handshake of %s, as a pin does, has sent nothing',
    async (maxVersion) => {
      const between = await interceptor();
      const socket = await openClient(between.port, mitm.certificate, { maxVersion });
      socket.end();
      expect(await onlyConnection(between)).toMatchObject({
        handshake: 'completed',
        rejectionPhase: 'post-handshake',
        applicationBytes: { fromClient: 0, toClient: 0 },
        plaintext: new Uint8Array(),
        upstream: 'unused',
      });
    },
  );

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'without a goodbye in %s is known by its bytes, whatever the interceptor got to see',
    async (maxVersion) => {
      const between = await interceptor();
      const socket = await openClient(between.port, mitm.certificate, { maxVersion });
      socket.destroy();
      const { rejectionPhase, applicationBytes } = await onlyConnection(between);
      // In TLS 1.3 the client's last word of the handshake may be lost with it.
      expect(rejectionPhase).not.toBe('none');
      expect(applicationBytes).toEqual({ fromClient: 0, toClient: 0 });
    },
  );

  it('for its name is shown the other name that was asked for', async () => {
    const between = await interceptor({ forName: 'elsewhere.test' });
    const { failure } = attempt(between.port, { ca: encodePemCertificate(mitm.certificate) });
    expect(await failure).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    const { applicationBytes, serverName } = await onlyConnection(between);
    expect({ applicationBytes, serverName }).toEqual({
      applicationBytes: { fromClient: 0, toClient: 0 },
      serverName: SERVER_NAME,
    });
  });
});

describe('a client that is no client', () => {
  it('opens a port and leaves without a word: it turned nobody away', async () => {
    const between = await interceptor();
    const socket = connectTcp(between.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end();
    expect(await onlyConnection(between)).toMatchObject({
      handshake: 'failed',
      rejectionPhase: 'none',
    });
  });

  it('stalls in the handshake until its time is over', async () => {
    const between = await interceptor({ handshakeTimeoutMs: 100 });
    const socket = connectTcp(between.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(Buffer.from('1603010200', 'hex'));
    socket.on('error', () => undefined);
    await once(socket, 'close');
    expect(await onlyConnection(between)).toMatchObject({
      handshake: 'failed',
      end: 'stalled',
      rejectionPhase: 'none',
    });
  });

  it('stalls after the handshake until its time is over', async () => {
    const between = await interceptor({ idleTimeoutMs: 100 });
    const socket = await openClient(between.port, mitm.certificate);
    await once(socket, 'close');
    expect(await onlyConnection(between)).toMatchObject({ end: 'stalled', rejectionPhase: 'none' });
  });

  it('speaks no TLS: the failure is of TLS and no verdict', async () => {
    const between = await interceptor();
    const socket = connectTcp(between.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    expect(await onlyConnection(between)).toMatchObject({
      end: 'tls-failed',
      rejectionPhase: 'none',
    });
  });
});

describe('a client certificate', () => {
  const identity = clientIdentity(clients, 'phone-1');

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is shown to whoever asks for it over %s, before a pin is looked at',
    async (maxVersion) => {
      const between = await interceptor({ clientCertificate: 'asked' });
      const socket = await openClient(between.port, mitm.certificate, { ...identity, maxVersion });
      // In TLS 1.3 the client is done before its certificate has left: it is flushed, then it goes.
      socket.end();
      const { clientCertificate, clientLeaf, rejectionPhase } = await onlyConnection(between);
      expect({ clientCertificate, rejectionPhase }).toEqual({
        clientCertificate: 'shown',
        rejectionPhase: 'post-handshake',
      });
      expect(new X509Certificate(clientLeaf ?? '').subject).toBe('CN=phone-1');
    },
  );

  it('that a client has none of is withheld, and the client is read all the same', async () => {
    const behind = await upstream();
    const between = await interceptor({ clientCertificate: 'asked', upstreamPort: behind.port });
    const socket = await openClient(between.port, mitm.certificate);
    const { sent } = await converse(socket, { body: 'a', answerBytes: 1 });
    expect(await onlyConnection(between)).toMatchObject({
      clientCertificate: 'withheld',
      clientLeaf: null,
      applicationBytes: { fromClient: sent.length },
    });
  });

  it('does not get the interceptor in: the server further in refuses who lacks the key', async () => {
    const behind = await upstream({ clients });
    const between = await interceptor({ clientCertificate: 'asked', upstreamPort: behind.port });
    const socket = await openClient(between.port, mitm.certificate, identity);
    const { received } = await converse(socket, { body: 'a', answerBytes: 1 });
    expect(received).toHaveLength(0);
    expect(await onlyConnection(between)).toMatchObject({
      clientCertificate: 'shown',
      upstream: 'refused',
      end: 'upstream-failed',
    });
    expect(behind.bodies).toEqual([]);
  });

  it('gets its owner in where TLS is only passed on', async () => {
    const behind = await upstream({ clients });
    const between = await interceptor({
      interception: { kind: 'pass-on', upstream: { host: '127.0.0.1', port: behind.port } },
    });
    const socket = await openClient(between.port, servers.certificate, identity);
    await converse(socket, { body: 'secret', answerBytes: 10 });
    const connection = await onlyConnection(between);
    expect(connection).toMatchObject({
      handshake: 'passed-on',
      rejectionPhase: 'none',
      applicationBytes: { fromClient: 0, toClient: 0 },
      plaintext: new Uint8Array(),
      upstream: 'connected',
    });
    expect(connection.passedOnBytes.fromClient).toBeGreaterThan(500);
    expect(connection.passedOnBytes.toClient).toBeGreaterThan(500);
    expect(behind.bodies.map(utf8Text)).toEqual(['secret']);
  });
});

describe('the way further in', () => {
  it('that leads nowhere is said to be so, and ends the connection', async () => {
    const gone = await upstream();
    await gone.close();
    const between = await interceptor({ upstreamPort: gone.port });
    const socket = await openClient(between.port, mitm.certificate);
    await converse(socket, { body: 'a', answerBytes: 1 });
    expect(await onlyConnection(between)).toMatchObject({
      upstream: 'unreachable',
      errorCode: 'ECONNREFUSED',
      end: 'upstream-failed',
      rejectionPhase: 'none',
    });
  });

  it('is not taken where the server there is another', async () => {
    const behind = await upstream({ credentials: clients.issueFor(SERVER_NAME) });
    const between = await interceptor({ upstreamPort: behind.port });
    const socket = await openClient(between.port, mitm.certificate);
    await converse(socket, { body: 'a', answerBytes: 1 });
    expect(await onlyConnection(between)).toMatchObject({ upstream: 'refused' });
    expect(behind.bodies).toEqual([]);
  });
});

describe('an interceptor', () => {
  it('that is closed leaves nothing open, wherever its connections stand', async () => {
    const silent = createServer((socket) => socket.resume());
    const silentPort = await listen(silent);
    const between = await interceptor({ upstreamPort: silentPort });
    const inTcp = connectTcp(between.port, '127.0.0.1');
    inTcp.on('error', () => undefined);
    await once(inTcp, 'connect');
    const afterTls = await openClient(between.port, mitm.certificate);
    const waiting = await openClient(between.port, mitm.certificate);
    waiting.write('GET / HTTP/1.1\r\n\r\n');
    await once(silent, 'connection');
    const ofClients = [inTcp, afterTls, waiting];
    const gone = Promise.all(ofClients.map((socket) => once(socket.resume(), 'close')));
    await between.close();
    await gone;
    expect(between.connections().map(({ end }) => end)).toEqual(
      Array.from({ length: 3 }, () => 'interceptor-closed'),
    );
    await new Promise((resolve) => silent.close(resolve));
    const { failure } = attempt(between.port);
    expect(await failure).toMatchObject({ code: 'ECONNREFUSED' });
    await between.close();
  });

  it('refuses a port that is taken', async () => {
    const { port } = await interceptor();
    await expect(interceptor({ port })).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE' });
  });

  it('does not wait for ever for a connection that does not come', async () => {
    const between = await interceptor();
    await expect(between.waitForEnded(1, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'ERR_INTERCEPTION',
    });
  });
});
