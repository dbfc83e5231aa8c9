import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { encodePemCertificate } from '../encoding/pem.js';
import { codeOf, type ConnectionRecord } from './connection-record.js';

/** A port further in. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A server that what was read is sent on to, over TLS of the interceptor's own. */
export interface TlsUpstream extends Address {
  /** The name that its certificate must bear; `host` where it is left out. */
  readonly serverName?: string;
  /** The authorities that its certificate must come from, DER. */
  readonly anchors: readonly Uint8Array[];
}

/** Codes that say that nobody was there; whatever else goes wrong, somebody refused. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

/** Opens the way further in and keeps the record told of how that goes. */
export function openUpstream(
  to:
    | { readonly kind: 'tls'; readonly upstream: TlsUpstream }
    | { readonly kind: 'tcp'; readonly upstream: Address },
  terms: { readonly record: ConnectionRecord; readonly connectTimeoutMs: number },
): Socket {
  const { record, connectTimeoutMs } = terms;
  const socket = to.kind === 'tls' ? openTls(to.upstream) : openTcp(to.upstream);
  socket.setTimeout(connectTimeoutMs, () => {
    const error = new Error(`no connection within ${connectTimeoutMs} ms`);
    socket.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  });
  socket.once(to.kind === 'tls' ? 'secureConnect' : 'connect', () => {
    record.upstream = 'connected';
    socket.setTimeout(0);
  });
  socket.on('error', (error: Error) => {
    // In TLS 1.3 a server may refuse the client's certificate after the handshake looked done.
    const nobodyThere = record.upstream !== 'connected' && UNREACHABLE.has(codeOf(error));
    record.upstream = nobodyThere ? 'unreachable' : 'refused';
    record.ended('upstream-failed', error);
  });
  return socket;
}

function openTcp({ host, port }: Address): Socket {
  return connectTcp({ host, port, allowHalfOpen: true });
}

function openTls({ host, port, serverName = host, anchors }: TlsUpstream): TLSSocket {
  return connectTls({
    ...{ host, port },
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    ca: anchors.map(encodePemCertificate),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
  });
}
