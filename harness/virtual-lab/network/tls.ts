import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { toBase64 } from '../../encoding/bytes.js';
import { parseCertificate } from '../../encoding/certificate.js';
import { KeystoreException } from '../secure-hardware/index.js';
import type { ClientIdentity } from './phone-network.js';
import { SendFailure, socketFailure, STEP_TIMEOUT_MS } from './send-failure.js';
import type { TlsContexts } from './tls-contexts.js';

interface TlsTerms {
  readonly host: string;
  readonly anchors: readonly Uint8Array[];
  readonly pins: readonly string[] | null;
  readonly client: ClientIdentity | null;
  readonly contexts: TlsContexts;
  /** The phone's own time. */
  readonly now: Date;
}

/**
 * TLS over a connection. Chain, name and pins are judged when the handshake is over and before the
 * first byte of the application, as OkHttp does: Node cannot stop a handshake from inside, so a
 * client certificate is seen by whoever asks for one.
 */
export async function openTls(tcp: Socket, terms: TlsTerms): Promise<TLSSocket> {
  const key = clientKey(terms.client);
  const client =
    terms.client === null || key === null || key instanceof KeystoreException
      ? null
      : { chain: terms.client.chain, key };
  const socket = connect({
    socket: tcp,
    ...(isIP(terms.host) === 0 ? { servername: terms.host } : { host: terms.host }),
    secureContext: terms.contexts.of({ anchors: terms.anchors, client }),
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  });
  await handshake(socket, key instanceof KeystoreException ? key : null);
  try {
    const chain = judgedPath(socket, terms.anchors);
    refuseDates(chain, terms.now);
    if (terms.pins !== null) refusePins(chain, terms.pins);
    return socket;
  } catch (error) {
    // Closed properly, as HTTP clients do: the server sees a whole handshake and then nothing.
    await new Promise<void>((resolve) => socket.end(resolve));
    throw error;
  }
}

function clientKey(client: ClientIdentity | null): KeyObject | KeystoreException | null {
  if (client === null) return null;
  try {
    return client.key();
  } catch (error) {
    if (error instanceof KeystoreException) return error;
    throw error;
  }
}

function handshake(socket: TLSSocket, refusal: KeystoreException | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (failure: SendFailure): void => {
      socket.destroy();
      reject(failure);
    };
    socket.setTimeout(STEP_TIMEOUT_MS, () => {
      fail(new SendFailure('handshake', `no handshake within ${STEP_TIMEOUT_MS} ms`));
    });
    // It stays: an error after the handshake reaches the request as well, or has nobody to tell.
    socket.on('error', (error: Error) => {
      fail(socketFailure('handshake', error));
    });
    socket.once('close', () => {
      fail(new SendFailure('handshake', 'the server closed the connection'));
    });
    socket.once('secureConnect', () => {
      socket.setTimeout(0);
      resolve();
    });
    if (refusal === null) return;
    // The first secret exists once the server has spoken: about when a phone's TLS library asks the
    // keystore for the client's signature, and breaks off because it gets none.
    socket.once('keylog', () => {
      fail(new SendFailure('handshake', `${refusal.className}: ${refusal.message}`));
    });
  });
}

/**
 * The path that the anchors vouch for, as OkHttp cleans a chain before it looks for pins. An
 * interceptor can name its authority as it likes and send the pinned one along: what has not signed
 * the path must not count.
 */
function judgedPath(socket: TLSSocket, anchors: readonly Uint8Array[]): readonly X509Certificate[] {
  const [leaf, ...others] = sentCertificates(socket);
  const trusted = anchors.map((raw) => new X509Certificate(raw));
  const path = leaf === undefined ? [] : [leaf];
  for (let last = leaf; last !== undefined && !has(trusted, last);) {
    const issued = last;
    last = [...trusted, ...others].find((one) => !has(path, one) && hasSigned(one, issued));
    if (last !== undefined) path.push(last);
  }
  return path;
}

// The server's own first; Node links the others by order or by name, and not by signatures.
function sentCertificates(socket: TLSSocket): readonly X509Certificate[] {
  const sent: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  // A root's issuer is itself.
  while (next !== undefined && !has(sent, next)) {
    sent.push(next);
    next = next.issuerCertificate;
  }
  return sent;
}

function has(list: readonly X509Certificate[], { raw }: X509Certificate): boolean {
  return list.some((one) => one.raw.equals(raw));
}

function hasSigned(issuer: X509Certificate, issued: X509Certificate): boolean {
  try {
    return issued.checkIssued(issuer) && issued.verify(issuer.publicKey);
  } catch {
    // A key that OpenSSL does not know has signed nothing here.
    return false;
  }
}

// OpenSSL has judged the chain by the host's clock; a phone goes by its own.
function refuseDates(chain: readonly X509Certificate[], now: Date): void {
  for (const certificate of chain) {
    if (now >= new Date(certificate.validFrom) && now <= new Date(certificate.validTo)) continue;
    throw new SendFailure(
      'handshake',
      `${certificate.subject} is not valid on ${now.toISOString()}, the phone's date`,
    );
  }
}

function refusePins(chain: readonly X509Certificate[], pins: readonly string[]): void {
  const found = chain.map(({ raw }) => {
    const parsed = parseCertificate(raw);
    if (!parsed.ok) return 'unreadable';
    return `sha256/${toBase64(createHash('sha256').update(parsed.value.spki).digest())}`;
  });
  if (found.some((pin) => pins.includes(pin))) return;
  throw new SendFailure('pin', `no certificate of the chain has a pinned key: ${found.join(', ')}`);
}
