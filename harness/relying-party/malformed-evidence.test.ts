import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64url } from '../encoding/bytes.js';
import type { SubmittedEvidence } from './index.js';
import { newSubject, refusalOf, valueOf } from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone, iPhone, nonceOf } from './testing/test-phone.js';

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab();
});
afterAll(async () => {
  await lab.party.close();
});

const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map(toBase64url);
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64url);

const evidence: fc.Arbitrary<SubmittedEvidence> = fc.oneof(
  fc.record({
    format: fc.constant('android-key' as const),
    certificates: fc.array(bytes, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    format: fc.constant('app-attest-attestation' as const),
    attestationObject: bytes,
    keyId: digest,
  }),
  fc.record({ format: fc.constant('app-attest-assertion' as const), assertion: bytes }),
);

describe('evidence that an attacker made up', () => {
  it('is refused by judgement, never with a fault', async () => {
    const client = lab.enrolClient();
    await fc.assert(
      fc.asyncProperty(bytes, evidence, async (csr, made) => {
        const subject = newSubject();
        const { challenge } = valueOf(await client.requestTlsChallenge(subject));
        const answer = await client.enrol({ subject, challenge, csr, evidence: made });
        expect(refusalOf(answer)).toMatchObject({ status: 403 });
      }),
      { numRuns: 40 },
    );
    expect(lab.faults).toEqual([]);
  });

  it.each([
    ['an Android phone', () => androidPhone(lab.vendors)],
    ['an iPhone', () => iPhone(lab.vendors)],
  ] as const)('is refused where one byte of %s’s request was changed', async (_name, phone) => {
    const client = lab.enrolClient();
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const subject = newSubject();
        const { challenge } = valueOf(await client.requestTlsChallenge(subject));
        const prepared = await phone().prepare(challenge, { purpose: 'tls', rpId: RP_ID });
        const csr = nonceOf(prepared.csr);
        const place = at % csr.length;
        csr[place] = (csr[place] ?? 0) ^ flip;
        const request = { subject, challenge, csr: toBase64url(csr) };
        const answer = await client.enrol({ ...request, evidence: prepared.evidence });
        expect(refusalOf(answer)).toMatchObject({ status: 403 });
      }),
      { numRuns: 25 },
    );
    expect(lab.faults).toEqual([]);
  });
});
