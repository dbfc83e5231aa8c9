import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { utf8Text } from '../../encoding/bytes.js';
import { encodePemCertificate } from '../../encoding/pem.js';
import { ExtendedKeyUsage, ExtendedKeyUsageExtension } from '../../encoding/peculiar.js';
import type { Authority } from '../authority.js';
import { createLabPki, type ClientIdentity } from '../index.js';
import { customerAuthority } from '../testing/customer-authority.js';
import { enrolled } from '../testing/enrolled-phone.js';
import { startTestLab, type TestLab } from '../testing/test-lab.js';
import { androidPhone, softwareKey } from '../testing/test-phone.js';

const HOUR_MS = 3_600_000;
const { clientAuth, serverAuth } = ExtendedKeyUsage;
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
type Version = (typeof VERSIONS)[number];

const explanationSchema = z.looseObject({
  code: z.string().optional(),
  lab: z.string(),
  tlsVersion: z.string(),
  openssl: z.string().nullable(),
  certificate: z.looseObject({ subject: z.string(), serial: z.string() }).nullable(),
  atApi: z.strictObject({
    refusedBy: z.enum(['tls', 'answer']).nullable(),
    alert: z.strictObject({ number: z.int(), name: z.string() }).nullable(),
    clientSees: z.string(),
  }),
  checks: z.array(z.looseObject({ id: z.string(), status: z.string() })),
});

let lab: TestLab;
let foreign: Authority;
beforeAll(async () => {
  lab = await startTestLab({ diagnostics: { lab: 'bench' } });
  foreign = (await createLabPki({ dnsName: 'stranger.example', now: new Date() })).clientAuthority;
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

/** A client certificate as it should be but for what `changes` says. */
async function identityWith(
  changes: {
    readonly authority?: Authority;
    readonly fromMs?: number;
    readonly usages?: readonly string[];
  } = {},
): Promise<ClientIdentity> {
  const { authority = lab.pki.clientAuthority, fromMs = -60_000, usages = [clientAuth] } = changes;
  const { spki, privateKey } = softwareKey();
  const leaf = await authority.issue({
    commonName: 'somebody',
    spki,
    notBefore: new Date(Date.now() + fromMs),
    notAfter: new Date(Date.now() + fromMs + HOUR_MS),
    extensions: usages.length === 0 ? [] : [new ExtendedKeyUsageExtension([...usages])],
  });
  return {
    certificateChain: [leaf, authority.certificate].map(encodePemCertificate).join(''),
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  };
}

/** What the diagnostics say to who shows a certificate, or none. */
async function explained(identity: ClientIdentity | undefined, tlsVersion: Version) {
  const url = `${lab.party.diagnosticsUrl ?? ''}/v1/orders?a=b`;
  const send = lab.transport(identity, { tlsVersion });
  const answer = await send({ method: 'POST', url, headers: [], body: Uint8Array.of(1) });
  const text = Buffer.from(answer.body).toString();
  const told = explanationSchema.parse(JSON.parse(text));
  const of = (status: string) =>
    told.checks.flatMap((one) => (one.status === status ? one.id : []));
  return { ...told, ...{ status: answer.status, type: answer.headers['content-type'], of, text } };
}

/** What a client of the listener with mutual TLS sees on the wire. */
function seenAtApi(identity: ClientIdentity | undefined, version: Version) {
  const { port, host } = new URL(lab.party.apiUrl);
  return new Promise<{ secured: boolean; alert: number | null; answer: string }>((resolve) => {
    const seen = { secured: false, alert: null as number | null, answer: '' };
    const socket = connect({
      ...{ host: 'localhost', port: Number(port), minVersion: version, maxVersion: version },
      ca: encodePemCertificate(lab.pki.serverAnchor),
      ...(identity && { cert: identity.certificateChain, key: identity.privateKey }),
    });
    socket.on('secureConnect', () => {
      seen.secured = true;
      const challenge = JSON.stringify({ purpose: 'sign' });
      const head = `content-type: application/json\r\ncontent-length: ${challenge.length}`;
      socket.write(
        `POST /v1/challenges HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${head}\r\n\r\n${challenge}`,
      );
    });
    socket.on('data', (bytes: Uint8Array) => (seen.answer += utf8Text(bytes) ?? ''));
    socket.on('error', ({ message }: Error) => {
      seen.alert = Number(/SSL alert number (\d+)/.exec(message)?.[1] ?? NaN) || null;
    });
    socket.on('close', () => {
      resolve(seen);
    });
  });
}

/** What is wrong with each, and what is to be said of it. */
const REFUSED_BY_TLS: readonly (readonly [
  what: string,
  identity: () => Promise<ClientIdentity | undefined>,
  expected: {
    readonly failed: readonly string[];
    readonly code: string;
    readonly openssl: string;
  },
])[] = [
  [
    'no certificate',
    () => Promise.resolve(undefined),
    {
      failed: ['client-certificate/presented'],
      ...{ code: 'client_certificate_missing', openssl: 'no certificate was shown' },
    },
  ],
  [
    'a foreign one',
    () => identityWith({ authority: foreign }),
    {
      failed: ['handshake/certificate-from-authority', 'client-certificate/registered'],
      ...{ code: 'client_certificate_untrusted', openssl: 'SELF_SIGNED_CERT_IN_CHAIN' },
    },
  ],
  [
    'an expired one',
    () => identityWith({ fromMs: -2 * HOUR_MS }),
    {
      failed: ['client-certificate/valid-now', 'client-certificate/registered'],
      ...{ code: 'client_certificate_expired', openssl: 'CERT_HAS_EXPIRED' },
    },
  ],
  [
    'one that is not valid yet',
    () => identityWith({ fromMs: HOUR_MS }),
    {
      failed: ['client-certificate/valid-now', 'client-certificate/registered'],
      ...{ code: 'client_certificate_expired', openssl: 'CERT_NOT_YET_VALID' },
    },
  ],
  [
    'one for servers',
    () => identityWith({ usages: [serverAuth] }),
    {
      failed: ['handshake/certificate-for-clients', 'client-certificate/registered'],
      ...{ code: 'client_certificate_wrong_usage', openssl: 'INVALID_PURPOSE' },
    },
  ],
];

describe.each(VERSIONS)('over %s, the diagnostics', (version) => {
  it.each(REFUSED_BY_TLS)(
    'name what TLS has against %s, and what its client sees elsewhere',
    async (_, make, { failed, code, openssl }) => {
      const identity = await make();
      const told = await explained(identity, version);
      expect([told.status, told.type]).toEqual([401, 'application/problem+json']);
      expect(told).toMatchObject({ code, openssl, lab: 'bench', tlsVersion: version });
      expect(told.of('failed')).toEqual(failed);
      expect(told.atApi.refusedBy).toBe('tls');
      const seen = await seenAtApi(identity, version);
      // The handshake of 1.3 is over for the client before the server has seen a certificate.
      expect(seen).toEqual({
        ...{ secured: version === 'TLSv1.3', answer: '' },
        alert: told.atApi.alert?.number ?? null,
      });
      expect(told.atApi.alert === null).toBe(identity !== undefined);
    },
  );

  it('say that TLS lets in who is refused for his key, and then by which answer', async () => {
    const stranger = await identityWith();
    const denied = await enrolled(lab, androidPhone(lab.vendors));
    const { keyId } = denied.tlsKey;
    await lab.party.denyList.deny({ keyId, reason: 'lost in the tram', deniedAtMs: 0 });
    for (const [identity, id, code] of [
      [stranger, 'client-certificate/registered', 'registration_unknown'],
      [denied.identity, 'client-certificate/key-not-denied', 'key_denied'],
    ] as const) {
      const told = await explained(identity, version);
      expect(told).toMatchObject({ status: 401, code, openssl: null });
      expect(told.of('failed')).toEqual([id]);
      expect(told.atApi).toMatchObject({ refusedBy: 'answer', alert: null });
      expect(told.text).not.toContain('tram');
      const { secured, answer } = await seenAtApi(identity, version);
      expect(secured).toBe(true);
      expect(answer).toContain(`"code":"${code}"`);
    }
  });

  it('say of a good certificate that nothing is against it, and what it is', async () => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const told = await explained(phone.identity, version);
    expect([told.status, told.type, told.code]).toEqual([200, 'application/json', undefined]);
    expect(told.of('passed')).toHaveLength(told.checks.length);
    expect(told.atApi).toMatchObject({ refusedBy: null, alert: null });
    expect(told.certificate).toMatchObject({
      ...{ subject: `CN=${phone.subject}`, issuer: 'CN=attestlab lab enrolment' },
      ...{ extendedKeyUsage: [clientAuth], keyId: phone.tlsKey.keyId },
    });
    expect(told.certificate?.serial).toMatch(/^[0-9a-f]{32}$/);
    expect((await seenAtApi(phone.identity, version)).answer).toMatch(/^HTTP\/1.1 201 /);
  });
});

describe('the diagnostics', () => {
  it('answer whatever is asked with the same, and issue and accept nothing', async () => {
    const identity = await identityWith({ usages: [] });
    const { challenge } = { challenge: 'A'.repeat(43) };
    const body = Buffer.from(JSON.stringify({ subject: 'x', challenge, csr: 'AA' }));
    const asked = { headers: [['content-type', 'application/json']] as const, body };
    const answers = new Set<string>();
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/openapi.json'],
      ['POST', '/v1/challenges'],
      ['POST', '/v1/enrolments'],
      ['DELETE', '/v1/denied-keys/x'],
    ] as const) {
      const url = `${lab.party.diagnosticsUrl ?? ''}${path}`;
      const answer = await lab.transport(identity)({ method, url, ...asked });
      answers.add(Buffer.from(answer.body).toString());
      const told = explanationSchema.parse(JSON.parse([...answers].at(-1) ?? ''));
      expect(told).toMatchObject({ code: 'registration_unknown', openssl: null });
      expect(told.certificate).toMatchObject({ extendedKeyUsage: null });
    }
    expect(answers.size).toBe(1);
  });

  it('follow a path to the anchors of another issuer, and to no other', async () => {
    const customer = customerAuthority();
    const other = await startTestLab({
      diagnostics: { lab: 'customer' },
      issuer: {
        anchors: [customer.root],
        issue: (order) => Promise.resolve([customer.certify(order), customer.intermediate]),
      },
    });
    const { identity } = await enrolled(other, androidPhone(other.vendors));
    const [leaf = ''] = identity.certificateChain.split(/(?<=-----END CERTIFICATE-----\n)/);
    const asked = { method: 'GET', url: `${other.party.diagnosticsUrl ?? ''}/`, headers: [] };
    const told = async (shown: ClientIdentity) => {
      const send = other.transport(shown, { connections: 'shared' });
      const answers: string[] = [];
      for (let count = 0; count < 2; count++) {
        const { body } = await send({ ...asked, body: new Uint8Array() });
        answers.push(Buffer.from(body).toString());
      }
      // The second request of a connection is told the same.
      expect(answers[1]).toBe(answers[0]);
      return explanationSchema.parse(JSON.parse(answers[0] ?? ''));
    };
    expect(await told(identity)).toMatchObject({ openssl: null, atApi: { refusedBy: null } });
    const code = 'client_certificate_untrusted';
    // Without the authority between it and the anchor, TLS finds no path either.
    expect(await told({ ...identity, certificateChain: leaf })).toMatchObject({
      ...{ code, openssl: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', atApi: { refusedBy: 'tls' } },
    });
    expect(await told(await identityWith())).toMatchObject({ code });
    expect(other.faults).toEqual([]);
    await other.party.close();
  });

  it('go by the relying party’s clock for what it judges itself', async () => {
    const late = await startTestLab({ diagnostics: { lab: 'late' } });
    const { identity } = await enrolled(late, androidPhone(late.vendors));
    late.advanceClock(25 * HOUR_MS);
    const url = `${late.party.diagnosticsUrl ?? ''}/`;
    const asked = { method: 'GET', url, headers: [], body: new Uint8Array() };
    const { body } = await late.transport(identity)(asked);
    expect(explanationSchema.parse(JSON.parse(Buffer.from(body).toString()))).toMatchObject({
      ...{ code: 'client_certificate_expired', openssl: null, atApi: { refusedBy: 'answer' } },
    });
    await late.party.close();
  });

  it('listen only where a lab asked for them', async () => {
    const bare = await startTestLab();
    expect(bare.party.diagnosticsUrl).toBeNull();
    await bare.party.close();
  });
});
