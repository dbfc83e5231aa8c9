import type { TlsAlert } from './tls-alert.js';

/**
 * At what point a client turned the server away: while TLS was agreed, after that and before its
 * first byte, or not at all. `none` also where the end was somebody else's doing, such as a stall:
 * whether anything was lost is for `applicationBytes` to say.
 */
export type RejectionPhase = 'in-handshake' | 'post-handshake' | 'none';

/** What ended a connection. */
export type ConnectionEnd =
  | 'client-closed'
  | 'client-reset'
  | 'client-alert'
  | 'tls-failed'
  | 'stalled'
  | 'upstream-closed'
  | 'upstream-failed'
  | 'interceptor-closed';

/** What an interceptor saw of one connection, from its first byte to its end. */
export interface InterceptedConnection {
  /** In the order in which connections came. */
  readonly number: number;
  /** The name that the client asked for; null where it named none, or TLS was only passed on. */
  readonly serverName: string | null;
  /** Such as `TLSv1.3`; null where no handshake was completed here. */
  readonly tlsVersion: string | null;
  readonly handshake: 'completed' | 'failed' | 'passed-on';
  readonly rejectionPhase: RejectionPhase;
  /** Decrypted bytes of the application's protocol; none where TLS was only passed on. */
  readonly applicationBytes: { readonly fromClient: number; readonly toClient: number };
  /** Bytes as they were on the wire where TLS was only passed on, else 0. */
  readonly passedOnBytes: { readonly fromClient: number; readonly toClient: number };
  /** What the client sent, up to the limit of what is kept. May hold secrets: never log it. */
  readonly plaintext: Uint8Array;
  /** The fatal alert that the client sent. */
  readonly alert: TlsAlert | null;
  /** Whether the client showed a certificate; its key stays where it is, in any case. */
  readonly clientCertificate: 'not-asked' | 'withheld' | 'shown';
  /** DER of the leaf that was shown. */
  readonly clientLeaf: Uint8Array | null;
  readonly end: ConnectionEnd;
  /** How it went further in: not needed, stands, refused by TLS or cut off, or nobody there. */
  readonly upstream: 'unused' | 'connected' | 'refused' | 'unreachable';
  /** The code of what went wrong, of OpenSSL or of the socket. */
  readonly errorCode: string | null;
}
