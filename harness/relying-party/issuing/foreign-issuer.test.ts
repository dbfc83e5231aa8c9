import { afterEach, describe, expect, it } from 'vitest';
import { fromBase64url, utf8 } from '../../encoding/bytes.js';
import { parseCsr } from '../../evidence/csr/index.js';
import type { Answer, ClientCertificateIssuer, EnrolledPhone } from '../index.js';
import { problemSchema } from '../schemas.js';
import { customerAuthority, type Deviation } from '../testing/customer-authority.js';
import { enrolled, newSubject, refusalOf, valueOf } from '../testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from '../testing/test-lab.js';
import { androidPhone, identityOf, iPhone, softwareKey } from '../testing/test-phone.js';

const authority = customerAuthority();

let lab: TestLab | null = null;
afterEach(async () => {
  await lab?.party.close();
  lab = null;
});

async function labOf(issuer: Partial<ClientCertificateIssuer>): Promise<TestLab> {
  lab = await startTestLab({
    issuer: {
      anchors: [authority.root],
      issue: (order) => Promise.resolve([authority.certify(order), authority.intermediate]),
      ...issuer,
    },
  });
  return lab;
}

/** Enrols and tells the answer as it came, and what was asked. */
async function enrolment(own: TestLab) {
  const client = own.enrolClient();
  const subject = newSubject();
  const { challenge } = valueOf(await client.requestTlsChallenge(subject));
  const phone = androidPhone(own.vendors);
  const { csr, evidence, key } = await phone.prepare(challenge, { purpose: 'tls', rpId: RP_ID });
  const send = async () => {
    const { status, body } = await own.transport()({
      ...{ method: 'POST', url: `${own.party.enrolUrl}/v1/enrolments` },
      headers: [['content-type', 'application/json']],
      body: utf8(JSON.stringify({ subject, challenge, csr, evidence })),
    });
    return { status, text: Buffer.from(body).toString() };
  };
  return { send, csr, key };
}

describe('an issuer that somebody else runs', () => {
  it('certifies what the relying party orders, and its certificates open connections', async () => {
    const orders: Parameters<ClientCertificateIssuer['issue']>[0][] = [];
    const own = await labOf({
      issue: (order) => {
        orders.push(order);
        return Promise.resolve([authority.certify(order), authority.intermediate]);
      },
    });
    const phone = await enrolled(own, iPhone(own.vendors));
    const client = own.apiClient(phone.identity);
    const { challenge } = valueOf(await client.requestRenewalChallenge());
    const options = { purpose: 'tls', rpId: RP_ID, vouchedBy: 'assertion' } as const;
    const { key, csr, evidence } = await phone.phone.prepare(challenge, options);
    const answer: Answer<EnrolledPhone> = await client.renew({ challenge, csr, evidence });
    const renewed = identityOf(key, valueOf(answer).certificateChain);
    expect(refusalOf(await own.apiClient(renewed).requestSignChallenge()).code).toBeNull();
    expect(orders.map(({ subject }) => subject)).toEqual([phone.subject, phone.subject]);
    expect(orders[1]).toMatchObject({ spki: key.spki, csr: fromBase64url(csr) });
    const { parsed } = parseCsr(orders[0]?.csr ?? new Uint8Array());
    expect(parsed.ok && parsed.value.spki).toEqual(phone.tlsKey.spki);
    expect(own.faults).toEqual([]);
  });

  it('is the only one whose certificates do', async () => {
    const own = await labOf({});
    const key = softwareKey();
    const leaf = await own.pki.clientAuthority.issue({
      ...{ commonName: 'phone', spki: key.spki, extensions: [] },
      ...{ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 60_000) },
    });
    const identity = identityOf(key, [Buffer.from(leaf).toString('base64url')]);
    await expect(own.apiClient(identity).time()).rejects.toThrow();
  });

  it('is none where no connection could chain to what it names', async () => {
    await expect(labOf({ anchors: [authority.intermediate] })).rejects.toThrow(
      /anchor 0 is no authority that signed itself: CN=customer issuing/,
    );
  });
});

describe('an enrolment for which no certificate comes', () => {
  it('is answered 503, kept as the answer to its challenge, and registers nobody', async () => {
    let down = true;
    const own = await labOf({
      issue: (order) =>
        down
          ? Promise.reject(new Error('connect ECONNREFUSED 192.0.2.1:9000'))
          : Promise.resolve([authority.certify(order), authority.intermediate]),
    });
    const { send, key } = await enrolment(own);
    const first = await send();
    expect(first.status).toBe(503);
    const problem = problemSchema.parse(JSON.parse(first.text));
    expect(problem.code).toBe('issuer_unavailable');
    // What is wrong inside is nobody's business outside.
    expect(first.text).not.toMatch(/ECONNREFUSED|192\.0\.2\.1/);
    expect(own.faults).toEqual([
      expect.objectContaining({
        code: 'ERR_ISSUANCE',
        message: expect.stringMatching(/no certificate was issued: connect ECONNREFUSED/) as string,
      }),
    ]);
    down = false;
    expect(await send()).toEqual(first);
    expect(await own.store.findRegistrationByTlsKey(key.keyId)).toBeNull();
    expect((await (await enrolment(own)).send()).status).toBe(201);
  });

  const WRONG: readonly (readonly [string, Deviation])[] = [
    ['another key', { spki: softwareKey().spki }],
    ['servers', { usages: ['1.3.6.1.5.5.7.3.1'] }],
    ['longer than policy says', { notAfter: new Date(Date.now() + 48 * 60 * 60_000) }],
  ];
  it.each(WRONG)('is answered so too where the certificate is for %s', async (_, deviation) => {
    const own = await labOf({
      issue: (order) => Promise.resolve([authority.certify(order, deviation)]),
    });
    const { send, key } = await enrolment(own);
    const { status, text } = await send();
    expect([status, text]).toEqual([503, expect.stringContaining('issuer_unavailable')]);
    expect(text).not.toContain('certificateChain');
    expect(own.faults).toEqual([expect.objectContaining({ code: 'ERR_ISSUANCE' })]);
    expect(await own.store.findRegistrationByTlsKey(key.keyId)).toBeNull();
  });
});
