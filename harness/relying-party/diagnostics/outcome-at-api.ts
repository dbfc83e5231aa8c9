/** An alert of TLS (RFC 8446, 6). */
interface Alert {
  readonly number: number;
  readonly name: string;
}

/** What happens to the same connection at the listener with mutual TLS. */
export interface OutcomeAtApi {
  /** Where it ends: in the handshake, by an answer that refuses each request, or not at all. */
  readonly refusedBy: 'tls' | 'answer' | null;
  /** The alert that is sent; null where the connection is closed without one. */
  readonly alert: Alert | null;
  readonly clientSees: string;
}

/** How TLS 1.2 and TLS 1.3 tell a client that it showed no certificate. */
const MISSING: Readonly<Record<TlsVersion, Alert>> = {
  'TLSv1.2': { number: 40, name: 'handshake_failure' },
  'TLSv1.3': { number: 116, name: 'certificate_required' },
};

const ENDS: Readonly<Record<TlsVersion, string>> = {
  'TLSv1.2': 'before its handshake is complete, so that it sends no request',
  'TLSv1.3':
    'after its own handshake is complete: it takes the connection for good, may send a request, ' +
    'and learns of the refusal when it first reads',
};

/** The versions that listeners take. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/**
 * What the listener with mutual TLS does, as measured. OpenSSL itself ends a handshake without a
 * certificate, by alert. Any other it completes, and Node closes the connection for what OpenSSL
 * found, without an alert: nothing on the wire tells such a client why.
 */
export function outcomeAtApi(connection: {
  readonly version: TlsVersion;
  readonly isPresented: boolean;
  /** Why TLS would end it; null where it would not. */
  readonly tlsRefusal: string | null;
  /** The code that a request would be refused with; null where it would not be. */
  readonly code: string | null;
}): OutcomeAtApi {
  const { version, isPresented, tlsRefusal, code } = connection;
  if (tlsRefusal !== null) {
    const alert = isPresented ? null : MISSING[version];
    const how =
      alert === null
        ? 'the connection closed without an alert'
        : `alert ${alert.number} (${alert.name})`;
    return { refusedBy: 'tls', alert, clientSees: `${how}, ${ENDS[version]}` };
  }
  const clientSees =
    code === null
      ? 'a handshake that succeeds, and answers to its requests'
      : `a handshake that succeeds, and ${code} in answer to each request`;
  return { refusedBy: code === null ? null : 'answer', alert: null, clientSees };
}
