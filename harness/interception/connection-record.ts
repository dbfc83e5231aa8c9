import { concatBytes } from '../encoding/bytes.js';
import type {
  ConnectionEnd,
  InterceptedConnection,
  RejectionPhase,
} from './intercepted-connection.js';
import { receivedAlert, type TlsAlert } from './tls-alert.js';

/** What is being learnt of a connection while it is open. */
export class ConnectionRecord {
  readonly #number: number;
  readonly #keptBytes: number;
  readonly #plaintext: Uint8Array[] = [];
  #kept = 0;
  #fromClient = 0;
  #toClient = 0;
  #passedFromClient = 0;
  #passedToClient = 0;
  #alert: TlsAlert | null = null;
  #end: ConnectionEnd | null = null;
  #errorCode: string | null = null;
  serverName: string | null = null;
  tlsVersion: string | null = null;
  handshake: InterceptedConnection['handshake'] = 'failed';
  clientCertificate: InterceptedConnection['clientCertificate'] = 'not-asked';
  clientLeaf: Uint8Array | null = null;
  upstream: InterceptedConnection['upstream'] = 'unused';
  /** Whether the client sent anything at all; a port that was merely opened turned nobody away. */
  spoke = false;

  constructor(options: { readonly number: number; readonly keptBytes: number }) {
    this.#number = options.number;
    this.#keptBytes = options.keptBytes;
  }

  /** Counts what TLS yielded, and keeps its beginning. */
  received(chunk: Uint8Array): void {
    this.#fromClient += chunk.length;
    const part = chunk.slice(0, this.#keptBytes - this.#kept);
    if (part.length === 0) return;
    this.#kept += part.length;
    this.#plaintext.push(part);
  }

  /** Counts what TLS took and sent on its way. */
  sent(bytes: number): void {
    this.#toClient += bytes;
  }

  /** Counts bytes that went through untouched. */
  passed(bytes: { readonly fromClient?: number; readonly toClient?: number }): void {
    this.#passedFromClient += bytes.fromClient ?? 0;
    this.#passedToClient += bytes.toClient ?? 0;
  }

  /** What ended the connection: the first cause stands, the rest follow from it. */
  ended(by: ConnectionEnd, error?: Error): void {
    if (this.#end !== null) return;
    this.#end = by;
    if (error !== undefined) this.#errorCode = codeOf(error);
  }

  /** The client's side broke. */
  clientFailed(error: Error): void {
    this.#alert ??= receivedAlert(error);
    this.ended(this.#alert === null ? endOf(codeOf(error)) : 'client-alert', error);
  }

  /** The record, now that nothing can be added to it. */
  finish(): InterceptedConnection {
    const end = this.#end ?? 'client-closed';
    return {
      number: this.#number,
      serverName: this.serverName,
      tlsVersion: this.tlsVersion,
      handshake: this.handshake,
      rejectionPhase: this.#rejectionPhase(end),
      applicationBytes: { fromClient: this.#fromClient, toClient: this.#toClient },
      passedOnBytes: { fromClient: this.#passedFromClient, toClient: this.#passedToClient },
      plaintext: concatBytes(...this.#plaintext),
      alert: this.#alert,
      clientCertificate: this.clientCertificate,
      clientLeaf: this.clientLeaf,
      end,
      upstream: this.upstream,
      errorCode: this.#errorCode,
    };
  }

  #rejectionPhase(end: ConnectionEnd): RejectionPhase {
    const byClient = ['client-closed', 'client-reset', 'client-alert'].includes(end);
    if (!byClient || !this.spoke || this.handshake === 'passed-on') return 'none';
    if (this.handshake === 'failed') return 'in-handshake';
    return this.#fromClient === 0 ? 'post-handshake' : 'none';
  }
}

/** The code of an error of TLS or of a socket; never its message, which may quote the peer. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function endOf(code: string): ConnectionEnd {
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'stalled';
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(code) ? 'client-reset' : 'tls-failed';
}
