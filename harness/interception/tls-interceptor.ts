import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { HarnessError } from '../errors.js';
import { ConnectionRecord } from './connection-record.js';
import type { InterceptedConnection } from './intercepted-connection.js';
import { relay } from './relay.js';
import { terminateTls, type Presented } from './terminate-tls.js';
import { openUpstream, type Address, type TlsUpstream } from './upstream.js';

/** What an interceptor does with the connections that it is given. */
export type Interception =
  | {
      /** TLS ends here; what was read goes on over TLS of the interceptor's own. */
      readonly kind: 'terminate';
      readonly presents: Presented;
      readonly upstream: TlsUpstream;
      /** Whether the client is asked for a certificate. Not asked where it is left out. */
      readonly clientCertificate?: 'asked' | 'not-asked';
    }
  | {
      /** Bytes pass as they are; TLS ends further in. */
      readonly kind: 'pass-on';
      readonly upstream: Address;
    };

/** What a TLS interceptor is made of. */
export interface TlsInterceptorOptions {
  readonly interception: Interception;
  /** Loopback where it is left out: whoever reaches it is read. */
  readonly address?: string;
  /** 0, or left out, is any free one. */
  readonly port?: number;
  /** For how long a client may take to agree on TLS. */
  readonly handshakeTimeoutMs?: number;
  /** For how long a connection may be silent. */
  readonly idleTimeoutMs?: number;
  /** How much of what each client sends is kept; bytes beyond are counted. */
  readonly keptBytes?: number;
}

/** An interceptor that listens. */
export interface TlsInterceptor {
  readonly port: number;
  /** The connections that have ended, in the order in which they did. */
  connections(): readonly InterceptedConnection[];
  /** Waits until so many connections have ended, since a client may know of its end first. */
  waitForEnded(count: number, options: { readonly timeoutMs: number }): Promise<void>;
  /** Stops listening and ends what is open; resolves when nothing is. May be called again. */
  close(): Promise<void>;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;
const KEPT_BYTES = 65_536;

/** Starts an interceptor that counts what it reads, byte by byte and connection by connection. */
export async function startTlsInterceptor(options: TlsInterceptorOptions): Promise<TlsInterceptor> {
  const { address = '127.0.0.1', port = 0, keptBytes = KEPT_BYTES } = options;
  const open = new Map<Socket, ConnectionRecord>();
  const ended: InterceptedConnection[] = [];
  const waiting = new Set<() => void>();
  let number = 0;
  // What is passed on keeps its half-closed state too; where TLS ends, its own close ends both ways.
  const allowHalfOpen = options.interception.kind === 'pass-on';
  const server = createServer({ allowHalfOpen }, (socket) => {
    const record = new ConnectionRecord({ number: ++number, keptBytes });
    open.set(socket, record);
    serve(socket, record, options).then(
      () => {
        open.delete(socket);
        ended.push(record.finish());
        for (const look of waiting) look();
      },
      (error: unknown) => server.emit('error', error),
    );
  });
  await listen(server, { address, port });
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => [...ended],
    waitForEnded: (count, { timeoutMs }) =>
      waitFor(() => ended.length >= count, { waiting, timeoutMs }),
    async close() {
      server.close();
      for (const [socket, record] of open) {
        record.ended('interceptor-closed');
        socket.destroy();
      }
      await closed;
      // The server is done when its sockets are; the records of the last ones may not be yet.
      while (open.size > 0) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Resolves when the connection and everything behind it is closed. */
function serve(
  socket: Socket,
  record: ConnectionRecord,
  options: TlsInterceptorOptions,
): Promise<void> {
  const {
    interception,
    handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS,
    idleTimeoutMs = IDLE_TIMEOUT_MS,
  } = options;
  const terms = { record, connectTimeoutMs: handshakeTimeoutMs };
  let inner: Socket | null = null;
  if (interception.kind === 'pass-on') {
    record.handshake = 'passed-on';
    guard(socket, record, idleTimeoutMs);
    relay(
      socket,
      () => (inner = openUpstream({ kind: 'tcp', upstream: interception.upstream }, terms)),
      {
        record,
        meter: {
          fromClient: (chunk) => {
            record.passed({ fromClient: chunk.length });
          },
          toClient: (bytes) => {
            record.passed({ toClient: bytes });
          },
        },
      },
    );
  } else {
    const { presents, upstream, clientCertificate = 'not-asked' } = interception;
    const tlsTerms = { presents, clientCertificate, handshakeTimeoutMs };
    terminateTls(socket, record, tlsTerms, (client) => {
      guard(client, record, idleTimeoutMs);
      relay(client, () => (inner = openUpstream({ kind: 'tls', upstream }, terms)), {
        record,
        meter: {
          fromClient: (chunk) => {
            record.received(chunk);
          },
          toClient: (bytes) => {
            record.sent(bytes);
          },
        },
      });
    });
  }
  return new Promise((resolve) => {
    socket.once('close', () => {
      if (inner === null || inner.closed) resolve();
      else inner.once('close', resolve);
    });
  });
}

function guard(client: Socket, record: ConnectionRecord, idleTimeoutMs: number): void {
  client.on('error', (error) => {
    record.clientFailed(error);
  });
  client.setTimeout(idleTimeoutMs, () => {
    record.ended('stalled');
    client.destroy();
  });
}

async function listen(
  server: Server,
  at: { readonly address: string; readonly port: number },
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at.port, at.address, resolve);
    });
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError(
      taken ? 'ERR_PORT_IN_USE' : 'ERR_INTERCEPTION',
      `TLS interceptor: cannot listen on ${at.address}:${at.port}: ${reason}`,
      { cause },
    );
  }
}

function waitFor(
  isSo: () => boolean,
  terms: { readonly waiting: Set<() => void>; readonly timeoutMs: number },
): Promise<void> {
  const { waiting, timeoutMs } = terms;
  if (isSo()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      waiting.delete(look);
    };
    const look = (): void => {
      if (!isSo()) return;
      done();
      resolve();
    };
    const timer = setTimeout(() => {
      done();
      reject(
        new HarnessError('ERR_INTERCEPTION', `no such end of a connection within ${timeoutMs} ms`),
      );
    }, timeoutMs);
    waiting.add(look);
  });
}
