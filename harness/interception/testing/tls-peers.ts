import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { concatBytes, utf8 } from '../../encoding/bytes.js';
import { parseCertificate } from '../../encoding/certificate.js';
import { buildCertificate, ecSigner } from '../../encoding/certificate-builder.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { encodePemCertificate } from '../../encoding/pem.js';
import type { InterceptionAuthority, ServerCredentials } from '../authority.js';

/** The name of the server that is stood in front of. */
export const SERVER_NAME = 'shop.example.test';

/** A real HTTPS server further in, and what it read. */
export interface TestUpstream {
  readonly port: number;
  readonly bodies: readonly Uint8Array[];
  close(): Promise<void>;
}

/** Answers each request with `size` bytes, or those that the request's path asks for. */
export async function startUpstream(options: {
  readonly credentials: ServerCredentials;
  /** Demands a client certificate of this authority. */
  readonly clients?: InterceptionAuthority;
}): Promise<TestUpstream> {
  const { credentials, clients } = options;
  const bodies: Uint8Array[] = [];
  const server = createServer(
    {
      ...{ key: credentials.privateKey, cert: credentials.certificateChain },
      ...(clients === undefined
        ? {}
        : { requestCert: true, ca: encodePemCertificate(clients.certificate) }),
    },
    (request, response) => {
      const chunks: Uint8Array[] = [];
      request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(concatBytes(...chunks));
        const size = Number(request.url?.slice(1) ?? 0);
        response.end('a'.repeat(size));
      });
    },
  );
  server.on('tlsClientError', () => undefined);
  return { port: await listen(server), bodies, close: () => shut(server) };
}

/** A client's own certificate and key, in the form that TLS takes. */
export function clientIdentity(
  authority: InterceptionAuthority,
  commonName: string,
): { readonly key: string; readonly cert: string } {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = createPrivateKey(authority.exportPrivateKey());
  const parsed = parseCertificate(authority.certificate);
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  const leaf = buildCertificate({
    serial: 7n,
    issuer: parsed.value.subject,
    subject: [{ oid: NAME_OID.commonName, value: commonName }],
    notBeforeMs: Date.now() - 60_000,
    notAfterMs: Date.now() + 60_000,
    spki: new Uint8Array(keys.publicKey.export({ type: 'spki', format: 'der' })),
    signer: ecSigner(new Uint8Array(issuer.export({ type: 'pkcs8', format: 'der' }))),
  });
  return {
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: encodePemCertificate(leaf),
  };
}

/** What a client said and heard, in bytes of the application. */
export interface Conversation {
  readonly socket: TLSSocket;
  readonly sent: Uint8Array;
  readonly received: Uint8Array;
}

/** Opens TLS as a client that trusts an authority. */
export async function openClient(
  port: number,
  trusted: Uint8Array,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({
    ...{ port, host: '127.0.0.1', servername: SERVER_NAME },
    ca: encodePemCertificate(trusted),
    ...options,
  });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  return socket;
}

/** Sends one request and reads the answer to the end of the connection. */
export async function converse(
  socket: TLSSocket,
  request: { readonly body: string; readonly answerBytes: number },
): Promise<Conversation> {
  const { body, answerBytes } = request;
  const sent = utf8(
    `POST /${answerBytes} HTTP/1.1\r\nhost: ${SERVER_NAME}\r\nconnection: close\r\n` +
      `content-length: ${utf8(body).length}\r\n\r\n${body}`,
  );
  const chunks: Uint8Array[] = [];
  socket.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  socket.write(sent);
  // A reset ends it as well, and what was heard until then counts; `once` would reject.
  await new Promise((resolve) => socket.once('close', resolve));
  return { socket, sent, received: concatBytes(...chunks) };
}

/** Listens on a free loopback port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function shut(server: HttpsServer): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
