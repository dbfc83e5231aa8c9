import { createPublicKey, randomUUID, verify } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { encodePemCertificate } from '../../../harness/encoding/pem.js';
import { PROFILE_S_HEADERS } from '../../../harness/evidence/formats/index.js';
import type { LabPki } from '../../../harness/relying-party/index.js';

const { keyId, epoch, counter, signature } = PROFILE_S_HEADERS;

/**
 * The floor of a signed request: fastify over mutual TLS, and one signature of P-256 over the body, by
 * a key that is known. The very requests and answers of the relying party; but no counter, no clock,
 * no store, and nothing is looked at beside that signature. Answers its port.
 */
export async function startBare(
  { server, clientAuthority }: LabPki,
  signingKeys: ReadonlyMap<string, Uint8Array>,
): Promise<number> {
  const keys = new Map(
    [...signingKeys].map(([id, spki]) => {
      const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
      return [id, key] as const;
    }),
  );
  const tls = { key: server.privateKey, cert: server.certificateChain };
  const ca = encodePemCertificate(clientAuthority.certificate);
  const app = fastify({ https: { ...tls, ca, requestCert: true, rejectUnauthorized: true } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.post('/v1/orders', async ({ headers, body }, response) => {
    const key = keys.get(text(headers[keyId]));
    if (key === undefined) return response.code(403).send();
    const bytes = Buffer.from(text(headers[signature]), 'base64url');
    if (!verify('sha256', body as Buffer, key, bytes)) return response.code(403).send();
    const named = { keyId: text(headers[keyId]), epoch: text(headers[epoch]) };
    return { orderId: randomUUID(), ...named, counter: text(headers[counter]) };
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

function text(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
