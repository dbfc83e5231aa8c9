import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import { keyId } from '../../evidence/formats/index.js';
import { clientCertificateChecks, type ClientCertificate } from '../checks/client-certificate.js';
import { judgedByRules, type Context } from '../context.js';
import { registrationsOf } from '../known-registrations.js';
import { refusalOf } from '../refusal.js';
import { refused } from '../reply.js';
import { allHold, runRules } from '../rules.js';
import type { Registration, Reply } from '../store.js';

/** Whose connection a request came over, or why it is turned away. */
export type Peer =
  | { readonly known: true; readonly registration: Registration }
  | { readonly known: false; readonly reply: Reply };

/** Finds the registration of a request's connection; done anew for each request of a connection. */
export async function identifyPeer(context: Context, request: FastifyRequest): Promise<Peer> {
  const certificate = clientCertificate(request);
  const registration =
    certificate && (await registrationsOf(context.store).ofTlsKey(certificate.keyId));
  const nowMs = context.clock().getTime();
  const denied = certificate && context.denyList.find([certificate.keyId]);
  const connection = { certificate, registration, denied, nowMs };
  const checks = runRules(clientCertificateChecks, connection, context.judge.rules);
  if (certificate !== null && registration !== null && allHold(checks)) {
    const { id, tlsKey, earlierTlsKeyIds } = registration;
    // Whoever uses the new key has its certificate: no lost answer needs the old one any more.
    if (certificate.keyId === tlsKey.keyId && earlierTlsKeyIds.length > 0) {
      await context.store.retireEarlierTlsKeys(id, certificate.keyId);
      registrationsOf(context.store).changed();
    }
    return { known: true, registration };
  }
  const addressee = certificate === null ? {} : { keyId: certificate.keyId };
  return { known: false, reply: refused(refusalOf(judgedByRules(checks)), addressee) };
}

// A connection has one certificate: neither version of TLS that is taken lets it change.
const certificates = new WeakMap<TLSSocket, ClientCertificate | null>();

function clientCertificate(request: FastifyRequest): ClientCertificate | null {
  const { socket } = request.raw;
  if (!(socket instanceof TLSSocket)) throw new Error('a listener without TLS');
  const known = certificates.get(socket);
  if (known !== undefined) return known;
  const certificate = readCertificate(socket);
  certificates.set(socket, certificate);
  return certificate;
}

/** The certificate of a connection, whatever TLS made of it; null where it has none. */
export function readCertificate(socket: TLSSocket): ClientCertificate | null {
  const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  return {
    keyId: keyId(new Uint8Array(certificate.publicKey.export({ format: 'der', type: 'spki' }))),
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
  };
}
