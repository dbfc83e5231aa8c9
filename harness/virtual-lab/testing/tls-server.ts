import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server } from 'node:https';
import { TLSSocket } from 'node:tls';
import { generateKeyPairSync } from 'node:crypto';
import {
  authorityExtensions,
  buildCertificate,
  ecSigner,
  type NewExtension,
} from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { encodePemCertificate } from '../../encoding/pem.js';

/** A certificate with its private key, made for one test. */
export interface TestIdentity {
  readonly certificate: Uint8Array;
  readonly spki: Uint8Array;
  readonly pkcs8: Uint8Array;
}

/** A certification authority made for one test. */
export interface TestCa extends TestIdentity {
  issue(certificate: {
    readonly commonName: string;
    readonly spki: Uint8Array;
    readonly notAfterMs?: number;
  }): Uint8Array;
}

const SUBJECT_ALT_NAME = '2.5.29.17';

/** Makes a certification authority. */
export function testCa(name: string): TestCa {
  const pair = keyPair();
  const signer = ecSigner(pair.pkcs8);
  const issuer = [{ oid: NAME_OID.commonName, value: name }];
  const validity = { notBeforeMs: Date.now() - 3_600_000, notAfterMs: Date.now() + 3_600_000 };
  const certificate = buildCertificate({
    ...{ serial: 1n, issuer, subject: issuer, spki: pair.spki, signer, ...validity },
    extensions: authorityExtensions(),
  });
  return {
    ...pair,
    certificate,
    issue: ({ commonName, spki, notAfterMs }) =>
      buildCertificate({
        ...{ serial: 2n, issuer, spki, signer, ...validity },
        notAfterMs: notAfterMs ?? validity.notAfterMs,
        subject: [{ oid: NAME_OID.commonName, value: commonName }],
        extensions: [subjectAltName(commonName)],
      }),
  };
}

function subjectAltName(dnsName: string): NewExtension {
  const name = der.contextPrimitive(2, new TextEncoder().encode(dnsName));
  return { oid: SUBJECT_ALT_NAME, value: der.sequence(name) };
}

function keyPair() {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    spki: new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })),
    pkcs8: new Uint8Array(pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
  };
}

/** A real HTTPS server, and what it saw. */
export interface TestServer {
  readonly port: number;
  readonly leafSpki: Uint8Array;
  readonly seen: {
    requests: string[];
    clientSubject: string | null;
    tlsErrors: number;
  };
  close(): Promise<void>;
}

/** Starts a server for a name, with a certificate of `ca`. */
export async function startTlsServer(options: {
  readonly ca: TestCa;
  readonly name: string;
  /** Asks for client certificates of this authority. */
  readonly clientCa?: TestCa;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Certificates that it sends along, whatever they have to do with its own. */
  readonly beside?: readonly Uint8Array[];
}): Promise<TestServer> {
  const { ca, name, clientCa, maxVersion = 'TLSv1.3', beside = [] } = options;
  const pair = keyPair();
  const seen: TestServer['seen'] = {
    ...{ requests: [], clientSubject: null, tlsErrors: 0 },
  };
  const server = createServer(
    {
      cert: [ca.issue({ commonName: name, spki: pair.spki }), ...beside]
        .map(encodePemCertificate)
        .join(''),
      key: pem(pair.pkcs8),
      maxVersion,
      ...(clientCa === undefined
        ? {}
        : {
            requestCert: true,
            rejectUnauthorized: true,
            ca: encodePemCertificate(clientCa.certificate),
          }),
    },
    (request, response) => {
      const chunks: Uint8Array[] = [];
      request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const sent = request.rawHeaders.join('|');
        seen.requests.push(`${request.method ?? ''} ${request.url ?? ''} ${sent} ${body}`);
        if (!(request.socket instanceof TLSSocket)) throw new Error('a request without TLS');
        const peer = request.socket.getPeerCertificate();
        // Without a client certificate the object is empty, whatever its type says.
        seen.clientSubject = Object.hasOwn(peer, 'subject') ? String(peer.subject.CN) : null;
        response.setHeader('x-answer', 'yes');
        response.end(`you sent ${body.length}`);
      });
    },
  );
  server.on('tlsClientError', () => seen.tlsErrors++);
  return { port: await listen(server), leafSpki: pair.spki, seen, close: () => shut(server) };
}

/** An HTTP CONNECT proxy that tunnels everything to one port. */
export async function startConnectProxy(targetPort: number): Promise<{
  readonly port: number;
  readonly asked: readonly string[];
  close(): Promise<void>;
}> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.once('data', (head: Buffer) => {
      asked.push(head.toString().split('\r\n')[0] ?? '');
      const upstream = connect(targetPort, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(upstream).pipe(client);
      });
      upstream.on('error', () => undefined);
      sockets.add(upstream);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function pem(pkcs8: Uint8Array): string {
  const body = Buffer.from(pkcs8).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function shut(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
