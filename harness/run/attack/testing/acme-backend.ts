import { createPublicKey, verify } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { fromBase64, fromHex, toBase64, toHex, utf8 } from '../../../encoding/bytes.js';
import { encodePemCertificate, parsePemCertificates } from '../../../encoding/pem.js';
import type { ReferenceValues } from '../../../farm/reference-values.js';
import { createLabPki } from '../../../relying-party/index.js';
import { issueClientCertificate, SHORT_LIVED } from '../../../relying-party/issue-certificate.js';
import { ownIssuer } from '../../../relying-party/issuing/issuer.js';
import type { AppraisalPolicy, Verifier } from '../../../verifier/index.js';
import { acmeJudge, Denied, sha256, type AcmeCase } from './acme-judge.js';
import { AcmeRegistry, type AcmeHole, type Device } from './acme-registry.js';

/** The header that every request to it has to bring. */
export const ACME_KEY = 'acme-test-key';

/** A backend of a test, of another shape than ours, on a real socket. */
export interface AcmeBackend {
  readonly origin: string;
  /** The authority of its certificate, DER. */
  readonly anchor: Uint8Array;
  /** What it was asked, and what broke in it. */
  readonly asked: readonly string[];
  readonly faults: readonly unknown[];
  close(): Promise<void>;
}

/** What is judged by whom, and what is forgotten. */
export interface AcmeOptions {
  readonly appraise: Verifier['appraise'];
  readonly policy: AppraisalPolicy;
  readonly values: ReferenceValues;
  readonly holes?: readonly AcmeHole[];
}

type Members = Readonly<Record<string, unknown>>;

/**
 * One listener for everybody; nonces by ticket and in hex, requests in PEM, the signature over other
 * text in another encoding, 200 for every acceptance and 422 with a word of its own for a refusal. A
 * renewal ends the certificate before it at once.
 */
export async function startAcme(options: AcmeOptions): Promise<AcmeBackend> {
  const pki = await createLabPki({ dnsName: 'acme.test', now: new Date() });
  const registry = new AcmeRegistry(new Set(options.holes));
  const judge = acmeJudge(options);
  const [asked, faults]: [string[], unknown[]] = [[], []];
  const app = fastify({
    https: {
      ...{ key: pki.server.privateKey, cert: pki.server.certificateChain },
      ca: encodePemCertificate(pki.clientAuthority.certificate),
      ...{ requestCert: true, rejectUnauthorized: false },
    },
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    asked.push(`${request.method} ${request.url}`);
    done(request.headers['x-acme-key'] === ACME_KEY ? undefined : new Denied('API_KEY', 401));
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof Denied) {
      return reply.code(error.status).send({ error: { reason: error.reason } });
    }
    faults.push(error);
    return reply.code(500).send({ error: { reason: 'BROKEN' } });
  });
  const certified = async (device: Device, spki: Uint8Array) => {
    const chain = await issueClientCertificate(ownIssuer(pki.clientAuthority), {
      ...{ subject: device.id, spki, now: new Date(), policy: SHORT_LIVED },
      // Our own authority goes by the key alone.
      csr: new Uint8Array(),
    });
    device.spki = spki;
    return { device: { id: device.id, certificates: chain.map(encodePemCertificate).join('') } };
  };
  addEnrolment(app, { registry, judge, certified });
  addOwn(app, { registry, judge, certified });
  addRequests(app, { registry, judge });
  const origin = (await app.listen({ host: '127.0.0.1', port: 0 })).replace(
    /127\.0\.0\.1/,
    'localhost',
  );
  return { origin, anchor: pki.serverAnchor, asked, faults, close: () => app.close() };
}

interface Parts {
  readonly registry: AcmeRegistry;
  readonly judge: ReturnType<typeof acmeJudge>;
}

interface IssuingParts extends Parts {
  readonly certified: (device: Device, spki: Uint8Array) => Promise<unknown>;
}

function addEnrolment(app: FastifyInstance, { registry, judge, certified }: IssuingParts): void {
  app.get<{ Params: { name: string } }>('/devices/:name/nonce', ({ params: { name } }) => {
    const { ticket, nonce } = registry.issue(`name ${name}`, 'enrol');
    return { data: { ticket, nonce: toHex(nonce) } };
  });
  app.post<{ Params: { name: string } }>('/devices/:name/android', (request) => {
    const members = membersOf(request);
    const nonce = registry.spend(members['ticket'], `name ${request.params.name}`, 'enrol');
    const about = { purpose: 'enrol', nonce, csr: csrIn(members) };
    const chain = chainIn(members);
    const spki = judge.csr(about);
    judge.android(about, chain, spki);
    registry.take(spki, null);
    return certified(registry.enrol(spki, null), spki);
  });
  app.post<{ Params: { name: string } }>('/devices/:name/apple', (request) => {
    const members = membersOf(request);
    const nonce = registry.spend(members['ticket'], `name ${request.params.name}`, 'enrol');
    const about = { purpose: 'enrol', nonce, csr: csrIn(members) };
    const object = bytesIn(members, 'attestation', fromBase64);
    const keyId = bytesIn(members, 'key', fromHex);
    const spki = judge.csr(about);
    const apple = judge.attestation(about, object, keyId);
    registry.take(spki, null);
    return certified(registry.enrol(spki, apple), spki);
  });
}

function addOwn(app: FastifyInstance, { registry, judge, certified }: IssuingParts): void {
  app.post('/me/nonce', (request) => {
    const device = peerOf(request, registry);
    const wanted = membersOf(request)['for'];
    const { ticket, nonce } = registry.issue(`device ${device.id}`, String(wanted));
    return { data: { ticket, nonce: toHex(nonce) } };
  });
  const submitted = (request: FastifyRequest, purpose: string) => {
    const device = peerOf(request, registry);
    const members = membersOf(request);
    const nonce = registry.spend(members['ticket'], `device ${device.id}`, purpose);
    const about: AcmeCase = { purpose, nonce, csr: csrIn(members) };
    if (request.url.endsWith('/android')) {
      const chain = chainIn(members);
      const spki = judge.csr(about);
      judge.android(about, chain, spki);
      return { device, spki };
    }
    const assertion = bytesIn(members, 'assertion', fromBase64);
    const spki = judge.csr(about);
    if (device.apple === null) throw new Denied('ASSERTION');
    judge.assertion(about, assertion, device.apple);
    return { device, spki };
  };
  for (const platform of ['android', 'apple']) {
    app.put(`/me/signer/${platform}`, (request) => {
      const { device, spki } = submitted(request, 'signer');
      const kid = registry.register(device, spki);
      return { signer: { kid, generation: device.signer?.generation } };
    });
    app.post(`/me/rollover/${platform}`, (request) => {
      const { device, spki } = submitted(request, 'rollover');
      registry.take(spki, device);
      return certified(device, spki);
    });
  }
}

function addRequests(app: FastifyInstance, { registry, judge }: Parts): void {
  app.route({
    method: ['POST', 'PUT', 'DELETE'],
    url: '/devices/:id/:resource',
    handler(request) {
      const device = peerOf(request, registry);
      const body = bodyOf(request);
      const [kid, sequence, at, generation, signature] = [
        ...['x-kid', 'x-seq', 'x-at', 'x-gen', 'x-sig'].map((name) => headerOf(request, name)),
      ];
      if (!/^\d+$/.test(sequence ?? '') || !/^\d+$/.test(at ?? '')) throw new Denied('MALFORMED');
      const { signer } = device;
      if (signer === null || signer.kid !== kid) {
        throw new Denied(registry.hasKey(kid ?? '') ? 'KEY_NOT_YOURS' : 'KEY_UNKNOWN');
      }
      const digest = headerOf(request, 'content-digest');
      const ownDigest = `sha-256=:${toBase64(sha256(body))}:`;
      if (digest !== undefined && digest !== ownDigest) throw new Denied('DIGEST');
      const text = [
        ...[`${request.method} ${request.url}`, request.headers.host, kid, generation, sequence],
        ...[at, Buffer.from(body).toString('latin1')],
      ].join('\n');
      registry.demand(
        'signature',
        isSignedBy(signer.spki, Buffer.from(text, 'latin1'), fromBase64(signature ?? '')),
        'SIGNATURE',
      );
      if (generation !== String(signer.generation)) throw new Denied('GENERATION');
      const lateSeconds = Date.now() / 1000 - Number(at);
      registry.demand('time', lateSeconds < 120, 'TOO_LATE');
      registry.demand('time', lateSeconds > -30, 'TOO_EARLY');
      registry.demand('sequence', BigInt(sequence ?? '') > device.sequence, 'SEQUENCE');
      device.sequence = BigInt(sequence ?? '');
      return { done: true };
    },
  });
  app.post('/transfers', (request) => {
    const device = peerOf(request, registry);
    const { apple } = device;
    const { payload, proof, seq } = membersOf(request);
    if (apple === null || typeof payload !== 'string' || typeof seq !== 'number') {
      throw new Denied('MALFORMED');
    }
    const hash = sha256(utf8(`${payload}|${seq}`));
    judge.assertion(hash, bytesIn({ proof }, 'proof', fromBase64), apple);
    registry.demand('sequence', BigInt(seq) > device.assertedSequence, 'SEQUENCE');
    device.assertedSequence = BigInt(seq);
    return { done: true };
  });
}

function peerOf({ raw }: FastifyRequest, registry: AcmeRegistry): Device {
  const { socket } = raw;
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (!(socket instanceof TLSSocket) || certificate === undefined || !socket.authorized) {
    throw new Denied('NO_CERTIFICATE', 401);
  }
  const spki = certificate.publicKey.export({ format: 'der', type: 'spki' });
  return registry.byConnection(new Uint8Array(spki));
}

function isSignedBy(spki: Uint8Array, data: Uint8Array, signature: Uint8Array | null): boolean {
  if (signature === null) return false;
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function bodyOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array();
}

function membersOf(request: FastifyRequest): Members {
  try {
    return JSON.parse(Buffer.from(bodyOf(request)).toString()) as Members;
  } catch {
    throw new Denied('MALFORMED');
  }
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function csrIn(members: Members): Uint8Array {
  const pem = members['request'];
  const body = typeof pem === 'string' ? pem.replace(/-----[A-Z ]+-----|\s/g, '') : '';
  const csr = fromBase64(body);
  if (csr === null || csr.length === 0) throw new Denied('MALFORMED');
  return csr;
}

function chainIn(members: Members): readonly Uint8Array[] {
  const pem = members['attestation'];
  if (pem === undefined) throw new Denied('ATTESTATION_MISSING');
  const parsed = parsePemCertificates(typeof pem === 'string' ? pem : '');
  if (!parsed.ok) throw new Denied('ATTESTATION');
  return parsed.value;
}

function bytesIn(
  members: Members,
  name: string,
  decode: (text: string) => Uint8Array | null,
): Uint8Array {
  const text = members[name];
  if (text === undefined) throw new Denied('ATTESTATION_MISSING');
  const bytes = typeof text === 'string' ? decode(text) : null;
  if (bytes === null) throw new Denied('MALFORMED');
  return bytes;
}
