import { createPublicKey, verify } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { PROFILE_S_HEADERS } from '../../../harness/evidence/formats/index.js';
import type { ServerCredentials } from '../../../harness/relying-party/index.js';

/**
 * The floor of a signed request: fastify over TLS, and one signature of P-256 over the body, by a key
 * that is known. No client certificate, no counter, no clock, no store. Answers its port.
 */
export async function startBare(server: ServerCredentials, spki: Uint8Array): Promise<number> {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const app = fastify({ https: { key: server.privateKey, cert: server.certificateChain } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.post('/v1/orders', async (request, response) => {
    const signature = request.headers[PROFILE_S_HEADERS.signature];
    const bytes = Buffer.from(typeof signature === 'string' ? signature : '', 'base64url');
    if (!verify('sha256', request.body as Buffer, key, bytes)) return response.code(403).send();
    return { orderId: request.id, accepted: true };
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}
