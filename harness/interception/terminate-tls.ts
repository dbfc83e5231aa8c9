import { isIP, type Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContext, type TLSSocket } from 'node:tls';
import type { InterceptionAuthority, ServerCredentials } from './authority.js';
import type { ConnectionRecord } from './connection-record.js';

/** What an interceptor shows to clients: a leaf minted for the name they ask for, or one given. */
export type Presented =
  | {
      readonly kind: 'minted';
      readonly authority: InterceptionAuthority;
      /** The name on the leaf, whatever is asked for; the name that is asked for where left out. */
      readonly forName?: string;
    }
  | { readonly kind: 'given'; readonly credentials: ServerCredentials };

interface Terms {
  readonly presents: Presented;
  readonly clientCertificate: 'asked' | 'not-asked';
  readonly handshakeTimeoutMs: number;
}

/** Names of hosts; what else a client asks for gets the leaf of the address that it came to. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/i;

/**
 * Ends TLS on a connection. A server of its own for each keeps what is learnt in the handshake with
 * the connection it belongs to, also where the handshake fails, and lets no session be resumed.
 */
export function terminateTls(
  socket: Socket,
  record: ConnectionRecord,
  terms: Terms,
  onClient: (client: TLSSocket) => void,
): void {
  const asked = terms.clientCertificate === 'asked';
  const unnamed = credentialsFor(terms.presents, socket.localAddress ?? '127.0.0.1');
  const server = createServer({
    key: unnamed.privateKey,
    cert: unnamed.certificateChain,
    SNICallback: (name, done) => {
      record.serverName = name;
      done(null, contextFor(terms.presents, { name, address: socket.localAddress }));
    },
    // Any certificate is taken: what the client shows is on record, what it is worth is not our say.
    ...{ requestCert: asked, rejectUnauthorized: false },
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: terms.handshakeTimeoutMs,
  });
  socket.once('close', () => {
    record.spoke ||= socket.bytesRead > 0;
  });
  server.once('tlsClientError', (error, client) => {
    record.spoke ||= socket.bytesRead > 0;
    record.clientFailed(error);
    client.destroy();
    socket.destroy();
  });
  server.once('secureConnection', (client) => {
    record.spoke = true;
    record.handshake = 'completed';
    record.tlsVersion = client.getProtocol();
    if (asked) {
      const leaf = client.getPeerX509Certificate();
      record.clientCertificate = leaf === undefined ? 'withheld' : 'shown';
      record.clientLeaf = leaf === undefined ? null : new Uint8Array(leaf.raw);
    }
    onClient(client);
  });
  server.emit('connection', socket);
}

function contextFor(
  presents: Presented,
  asked: { readonly name: string; readonly address: string | undefined },
): SecureContext {
  const name = HOST_NAME.test(asked.name) ? asked.name : (asked.address ?? '127.0.0.1');
  const credentials = credentialsFor(presents, name);
  const { privateKey: key, certificateChain: cert } = credentials;
  const known = contexts.get(credentials) ?? createSecureContext({ key, cert });
  contexts.set(credentials, known);
  return known;
}

// An authority gives the same credentials for the same name, and many connections ask for one name.
const contexts = new WeakMap<ServerCredentials, SecureContext>();

function credentialsFor(presents: Presented, asked: string): ServerCredentials {
  return presents.kind === 'given'
    ? presents.credentials
    : presents.authority.issueFor(presents.forName ?? plainAddress(asked));
}

// An IPv4 client of a socket that listens for both families shows as `::ffff:127.0.0.1`.
function plainAddress(name: string): string {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(name)?.[1];
  return mapped !== undefined && isIP(mapped) === 4 ? mapped : name;
}
