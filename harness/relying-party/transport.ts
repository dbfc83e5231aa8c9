import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createSecureContext } from 'node:tls';
import { encodePemCertificate } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';

/** A request to the relying party, whoever carries it. */
export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** What came back. */
export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Carries requests: this process over its own TLS, or a phone over its. Rejects where no answer came,
 * so that a broken wire is never taken for a refusal.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** A client's certificate and key, PEM. */
export interface ClientIdentity {
  readonly certificateChain: string;
  readonly privateKey: string;
}

/** TLS of this process's own. */
export interface HttpsTransportOptions {
  /** The authorities that the server's certificate must come from, DER; Node's own where left out. */
  readonly anchors?: readonly Uint8Array[];
  /** The name that the server's certificate must bear; the URL's host where it is left out. */
  readonly serverName?: string;
  readonly identity?: ClientIdentity;
  readonly timeoutMs?: number;
  /** Whether each request has a connection of its own, which is the default, or they share some. */
  readonly connections?: 'own' | 'shared';
  readonly tlsVersion?: 'TLSv1.2' | 'TLSv1.3';
}

const TIMEOUT_MS = 10_000;
/** Well below what any server waits, so that none closes a connection that is about to be used. */
const IDLE_MS = 3_000;

/** Carries requests over HTTPS from this process. */
export function httpsTransport(options: HttpsTransportOptions): Transport {
  const { anchors, identity, serverName, tlsVersion, timeoutMs = TIMEOUT_MS } = options;
  // Made once: reading the certificates costs more than a handshake.
  const secureContext = createSecureContext({
    ...(anchors === undefined ? {} : { ca: anchors.map(encodePemCertificate) }),
    ...(identity === undefined
      ? {}
      : { cert: identity.certificateChain, key: identity.privateKey }),
    ...(tlsVersion === undefined ? {} : { minVersion: tlsVersion, maxVersion: tlsVersion }),
  });
  const tls = {
    secureContext,
    agent:
      options.connections === 'shared'
        ? new Agent({ keepAlive: true, timeout: IDLE_MS })
        : (false as const),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
  return ({ method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const fail = (cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        const message = `no answer to ${method} ${url}: ${reason}`;
        reject(new HarnessError('ERR_RELYING_PARTY', message, { cause }));
      };
      const request = httpsRequest(url, { ...tls, method, signal: AbortSignal.timeout(timeoutMs) });
      request.on('error', fail);
      request.on('response', (response) => {
        readResponse(response).then(resolve, fail);
      });
      // The first of each name replaces what Node set by itself, such as Host; the rest are added.
      headers.forEach(([name, value], index) => {
        const isFirst = headers.findIndex(([other]) => sameName(other, name)) === index;
        if (isFirst) request.setHeader(name, value);
        else request.appendHeader(name, value);
      });
      // One write with a known length: the server must see the bytes as they were signed.
      if (body.length > 0) request.setHeader('content-length', body.length);
      request.end(body);
    });
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

async function readResponse(response: IncomingMessage): Promise<TransportResponse> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response) chunks.push(chunk as Uint8Array);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    status: response.statusCode ?? 0,
    headers,
    body: new Uint8Array(Buffer.concat(chunks)),
  };
}
