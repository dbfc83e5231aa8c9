import { describe, expect, it } from 'vitest';
import { toBase64url } from '../encoding/bytes.js';
import { LAB } from '../verifier/index.js';
import { readAnswer, type RelyingPartyOptions } from './index.js';
import {
  enrolled,
  newSubject,
  refusalOf,
  valueOf,
  withSigningKey,
} from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from './testing/test-lab.js';
import {
  androidPhone,
  csrOf,
  identityOf,
  iPhone,
  nonceOf,
  signedRequest,
  softwareKey,
} from './testing/test-phone.js';
import { z } from 'zod';

const TLS = { purpose: 'tls', rpId: RP_ID } as const;

/** Two relying parties on one store, of which the second differs in what is given. */
async function withVariant(
  difference: Partial<RelyingPartyOptions>,
  story: (usual: TestLab, other: TestLab) => Promise<void>,
): Promise<void> {
  const usual = await startTestLab();
  const other = await startTestLab({ store: usual.store, ...difference });
  await story(usual, other);
  expect([...usual.faults, ...other.faults]).toEqual([]);
  await Promise.all([usual.party.close(), other.party.close()]);
}

async function enrolSoftwareKey(lab: TestLab) {
  const subject = newSubject();
  const client = lab.enrolClient();
  const { challenge } = valueOf(await client.requestTlsChallenge(subject));
  const key = softwareKey();
  const csr = toBase64url(csrOf(key, nonceOf(challenge)));
  return { key, subject, answer: await client.enrol({ subject, challenge, csr }) };
}

describe('relying parties that share a store', () => {
  it('know each other’s registrations and counters', async () => {
    await withVariant({}, async (usual, other) => {
      const phone = await enrolled(usual, androidPhone(usual.vendors));
      const { key } = await withSigningKey(other, phone);
      for (const [lab, code] of [
        [usual, null],
        [other, 'counter_replayed'],
      ] as const) {
        const request = signedRequest(key, `${lab.party.apiUrl}/v1/orders`, { counter: 1n });
        const answer = readAnswer(await lab.transport(phone.identity)(request), z.unknown());
        expect(refusalOf(answer).code).toBe(code);
      }
    });
  });

  it('may differ in their policy', async () => {
    const policy = { ...LAB, signedRequest: { pastWindowMs: 600_000, futureWindowMs: 30_000 } };
    await withVariant({ policy }, async (usual, other) => {
      const phone = await enrolled(usual, androidPhone(usual.vendors));
      const { key } = await withSigningKey(usual, phone);
      const timestampMs = BigInt(Date.now() - 300_000);
      for (const [lab, code] of [
        [usual, 'timestamp_stale'],
        [other, null],
      ] as const) {
        const url = `${lab.party.apiUrl}/v1/orders`;
        const request = signedRequest(key, url, { counter: 1n, timestampMs });
        const answer = readAnswer(await lab.transport(phone.identity)(request), z.unknown());
        expect(refusalOf(answer).code).toBe(code);
      }
    });
  });

  it('may differ in the apps that they know', async () => {
    const referenceValues = { packageNames: ['other.app'], signerDigests: [], appIds: [] };
    await withVariant({ referenceValues }, async (usual, other) => {
      await enrolled(usual, androidPhone(usual.vendors));
      await expect(enrolled(other, androidPhone(other.vendors))).rejects.toThrow(
        /^app_identity_mismatch/,
      );
    });
  });

  it('may differ in what judges for them', async () => {
    const appraise = () => {
      throw new Error('this verifier is broken');
    };
    await withVariant({}, async (usual) => {
      const broken = await startTestLab({ store: usual.store, judge: { appraise } });
      await expect(enrolled(broken, androidPhone(usual.vendors))).rejects.toThrow(/status 500/);
      expect(broken.faults).toHaveLength(1);
      await broken.party.close();
      await enrolled(usual, androidPhone(usual.vendors));
    });
  });

  it('may differ in their clocks, and forget only their own challenges', async () => {
    const tomorrow = () => new Date(Date.now() + 24 * 60 * 60_000);
    await withVariant({ clock: tomorrow, challengeLifetimeMs: 1_000 }, async (usual, other) => {
      const subject = newSubject();
      const client = usual.enrolClient();
      const { challenge } = valueOf(await client.requestTlsChallenge(subject));
      valueOf(await other.enrolClient().requestTlsChallenge(subject));
      valueOf(await other.enrolClient().requestTlsChallenge(subject));
      const phone = androidPhone(usual.vendors);
      const { csr, evidence } = await phone.prepare(challenge, TLS);
      const request = { subject, challenge, csr, evidence };
      expect(refusalOf(await other.enrolClient().enrol(request)).code).toBe('challenge_expired');
      expect(refusalOf(await client.enrol(request)).code).toBeNull();
    });
  });
});

describe('a relying party that demands no evidence', () => {
  const evidence = 'not-demanded';

  it('registers a software key, where the other refuses it', async () => {
    await withVariant({ evidence }, async (usual, other) => {
      const refused = await enrolSoftwareKey(usual);
      expect(refusalOf(refused.answer).code).toBe('evidence_missing');
      const { key, answer } = await enrolSoftwareKey(other);
      const { registrationId, certificateChain } = valueOf(answer);
      expect(await other.store.findRegistration(registrationId)).toMatchObject({
        platform: null,
        tlsKey: { keyId: key.keyId, protection: 'none' },
      });
      const checks = other.exchanges.at(-1)?.checks ?? [];
      expect(checks).toContainEqual({
        id: 'enrolment/evidence-present',
        status: 'not-applicable',
        reason: 'this relying party demands no evidence, and looks at none',
      });
      const client = other.apiClient(identityOf(key, certificateChain));
      const { challenge } = valueOf(await client.requestSignChallenge());
      const csr = toBase64url(csrOf(softwareKey(), nonceOf(challenge)));
      expect(valueOf(await client.registerSigningKey({ challenge, csr })).epoch).toBe('1');
    });
  });

  it('does not look at evidence that comes, though others would refuse it', async () => {
    await withVariant({ evidence }, async (usual, other) => {
      const unlocked = { boot: { locked: false, state: 'unverified' } } as const;
      await expect(enrolled(usual, androidPhone(usual.vendors, unlocked))).rejects.toThrow(
        /^boot_state_untrusted/,
      );
      await enrolled(other, androidPhone(other.vendors, unlocked));
      const formats = other.appraisals.map(({ input }) => input.evidence.format);
      expect(new Set(formats)).toEqual(new Set(['csr']));
    });
  });

  it('still wants possession of the key, and a challenge of its own', async () => {
    const own = await startTestLab({ evidence });
    const subject = newSubject();
    const client = own.enrolClient();
    const { challenge } = valueOf(await client.requestTlsChallenge(subject));
    const csr = toBase64url(csrOf(softwareKey(), new Uint8Array(32)));
    const answer = await client.enrol({ subject, challenge, csr });
    expect(refusalOf(answer).code).toBe('csr_nonce_mismatch');
    await own.party.close();
  });

  it('takes nothing from a registration whose key enrols again without evidence', async () => {
    await withVariant({ evidence }, async (usual, other) => {
      const phone = await enrolled(usual, iPhone(usual.vendors));
      const before = await usual.store.findRegistration(phone.registrationId);
      const { subject, tlsKey } = phone;
      const client = other.enrolClient();
      const { challenge } = valueOf(await client.requestTlsChallenge(subject));
      const csr = toBase64url(csrOf(tlsKey, nonceOf(challenge)));
      const again = valueOf(await client.enrol({ subject, challenge, csr }));
      expect(again.registrationId).toBe(phone.registrationId);
      const after = await usual.store.findRegistration(phone.registrationId);
      expect({ ...after, registeredAtMs: 0 }).toEqual({ ...before, registeredAtMs: 0 });
    });
  });
});
