import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toBase64url } from '../encoding/bytes.js';
import { CHECK_IDS, FORMATS, type CheckId } from '../verifier/index.js';
import { handshakeChecks } from './checks/handshake.js';
import { createRelyingPartyClient, readAnswer, type Answer } from './index.js';
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
  iPhone,
  nonceOf,
  signedRequest,
  softwareKey,
  type TestEnrolment,
  type TestPhone,
} from './testing/test-phone.js';

const TLS = { purpose: 'tls', rpId: RP_ID } as const;
const SIGN = { purpose: 'sign', rpId: RP_ID } as const;
const CHALLENGE_LIFETIME_MS = 120_000;
const DAY_MS = 24 * 60 * 60_000;

/** Does to a relying party what one rule alone stands against. */
type Trespass = (lab: TestLab) => Promise<Answer<unknown>>;

async function challengeFor(lab: TestLab, subject: string): Promise<string> {
  return valueOf(await lab.enrolClient().requestTlsChallenge(subject)).challenge;
}

function enrol(lab: TestLab, subject: string, { challenge, csr, evidence }: TestEnrolment) {
  return lab.enrolClient().enrol({ subject, challenge, csr, evidence });
}

/** Asks for a signing key with what `phone` prepares for a fresh challenge. */
async function registerSigningKey(
  lab: TestLab,
  { identity }: Awaited<ReturnType<typeof enrolled>>,
  prepare: (challenge: string) => ReturnType<TestPhone['prepare']>,
) {
  const client = lab.apiClient(identity);
  const { challenge } = valueOf(await client.requestSignChallenge());
  const { csr, evidence } = await prepare(challenge);
  return client.registerSigningKey({ challenge, csr, evidence });
}

function deny(lab: TestLab, keyId: string): Promise<void> {
  return lab.party.denyList.deny({ keyId, reason: 'an incident', deniedAtMs: Date.now() });
}

/** By rule: a request that is refused for it alone, and accepted by who does not ask it. */
const TRESPASSES: Readonly<Partial<Record<CheckId, Trespass>>> = {
  'challenge/known': async (lab) => {
    const made = toBase64url(randomBytes(32));
    return enrol(lab, newSubject(), await androidPhone(lab.vendors).prepare(made, TLS));
  },
  'challenge/issued-to-presenter': async (lab) => {
    const challenge = await challengeFor(lab, newSubject());
    return enrol(lab, newSubject(), await androidPhone(lab.vendors).prepare(challenge, TLS));
  },
  'challenge/issued-for-purpose': async (lab) => {
    const [subject, challenge] = [newSubject(), toBase64url(randomBytes(32))];
    await lab.store.addChallenge({
      ...{ challenge, subject, purpose: 'sign', registrationId: null },
      ...{ issuedAtMs: Date.now(), expiresAtMs: Date.now() + CHALLENGE_LIFETIME_MS },
      ...{ spentBy: null, reply: null },
    });
    return enrol(lab, subject, await androidPhone(lab.vendors).prepare(challenge, TLS));
  },
  'challenge/unspent': async (lab) => {
    const [subject, phone] = [newSubject(), androidPhone(lab.vendors)];
    const first = await phone.prepare(await challengeFor(lab, subject), TLS);
    valueOf(await enrol(lab, subject, first));
    return enrol(lab, subject, await phone.prepare(first.challenge, TLS));
  },
  'challenge/fresh': async (lab) => {
    const subject = newSubject();
    const challenge = await challengeFor(lab, subject);
    lab.advanceClock(CHALLENGE_LIFETIME_MS);
    return enrol(lab, subject, await androidPhone(lab.vendors).prepare(challenge, TLS));
  },
  'enrolment/evidence-present': async (lab) => {
    const subject = newSubject();
    const challenge = await challengeFor(lab, subject);
    const csr = toBase64url(csrOf(softwareKey(), nonceOf(challenge)));
    return lab.enrolClient().enrol({ subject, challenge, csr });
  },
  'enrolment/evidence-fits': async (lab) => {
    const phone = await enrolled(lab, iPhone(lab.vendors));
    const other = androidPhone(lab.vendors);
    return registerSigningKey(lab, phone, (challenge) => other.prepare(challenge, SIGN));
  },
  'enrolment/play-integrity-present': async (lab) => {
    const subject = newSubject();
    const challenge = await challengeFor(lab, subject);
    return enrol(lab, subject, await androidPhone(lab.vendors).prepare(challenge, TLS));
  },
  'enrolment/play-integrity-decoded': async (lab) => {
    const subject = newSubject();
    const challenge = await challengeFor(lab, subject);
    const { csr, evidence } = await androidPhone(lab.vendors).prepare(challenge, TLS);
    const playIntegrity = { kind: 'standard', token: 'no token' } as const;
    return lab.enrolClient().enrol({ subject, challenge, csr, evidence, playIntegrity });
  },
  'registration/key-not-elsewhere': async (lab) => {
    const { key } = await withSigningKey(lab, await enrolled(lab, iPhone(lab.vendors)));
    const other = await enrolled(lab, iPhone(lab.vendors));
    return registerSigningKey(lab, other, (challenge) =>
      other.phone.prepare(challenge, { ...SIGN, key }),
    );
  },
  'registration/keys-separate': async (lab) => {
    const one = await enrolled(lab, iPhone(lab.vendors));
    return registerSigningKey(lab, one, (challenge) =>
      one.phone.prepare(challenge, { ...SIGN, key: one.tlsKey }),
    );
  },
  // An honest phone attests an App Attest key once, so the registration before it is put in place.
  'registration/app-attest-key-not-elsewhere': async (lab) => {
    const [subject, other] = [newSubject(), newSubject()];
    const enrolment = await iPhone(lab.vendors).prepare(await challengeFor(lab, subject), TLS);
    const { evidence } = enrolment;
    if (evidence.format !== 'app-attest-attestation') throw new Error('an iPhone attests its key');
    const { keyId } = evidence;
    await lab.store.claimKeys([{ keyId, use: 'app-attest', subject: other, registrationId: 'r' }]);
    return enrol(lab, subject, enrolment);
  },
  'registration/keys-not-denied': async (lab) => {
    const subject = newSubject();
    const challenge = await challengeFor(lab, subject);
    const enrolment = await androidPhone(lab.vendors).prepare(challenge, TLS);
    await deny(lab, enrolment.key.keyId);
    return enrol(lab, subject, enrolment);
  },
  'signing-key/not-denied': async (lab) => {
    const phone = await enrolled(lab, androidPhone(lab.vendors));
    const { key } = await withSigningKey(lab, phone);
    await deny(lab, key.keyId);
    const request = signedRequest(key, `${lab.party.apiUrl}/v1/orders`, { counter: 1n });
    return readAnswer(await lab.transport(phone.identity)(request), z.unknown());
  },
  'client-certificate/key-not-denied': async (lab) => {
    const { identity, tlsKey } = await enrolled(lab, androidPhone(lab.vendors));
    await deny(lab, tlsKey.keyId);
    return lab.apiClient(identity).requestSignChallenge();
  },
  'client-certificate/valid-now': async (lab) => {
    const { identity } = await enrolled(lab, androidPhone(lab.vendors));
    lab.advanceClock(DAY_MS + 1_000);
    return lab.apiClient(identity).requestSignChallenge();
  },
};

/**
 * By rule: a request that is refused for it, and refused also by who does not ask it. Without a
 * registration there is nobody to answer to, so such a rule only says why.
 */
const REASONS: Readonly<Partial<Record<CheckId, Trespass>>> = {
  'client-certificate/presented': (lab) =>
    createRelyingPartyClient({
      url: lab.party.apiUrl,
      transport: lab.transport(),
    }).requestSignChallenge(),
  'client-certificate/registered': async (lab) => {
    const elsewhere = await startTestLab();
    const { identity } = await enrolled(elsewhere, androidPhone(lab.vendors));
    await elsewhere.party.close();
    return lab.apiClient(identity).requestSignChallenge();
  },
};

/** What a relying party answers that asks each rule, or each but one. */
async function answerTo(trespass: Trespass, ignored: CheckId | null, asked = ignored) {
  const lab = await startTestLab({
    // Of the others no verdict is demanded, since they bring none.
    playIntegrity: asked === 'enrolment/play-integrity-present' ? 'demanded' : 'accepted',
    // TLS lets everybody in, so that the rules about certificates are asked at all.
    clientCertificates: 'not-judged',
    rules: (id) => (id === ignored ? 'ignore' : 'run'),
  });
  try {
    return refusalOf(await trespass(lab));
  } finally {
    expect(lab.faults).toEqual([]);
    await lab.party.close();
  }
}

const entriesOf = (table: typeof TRESPASSES) => Object.entries(table) as [CheckId, Trespass][];

describe('each rule of the relying party', () => {
  it('is here, and so is none that is not', () => {
    const ofFormats = new Set<string>(
      Object.values(FORMATS).flatMap(({ checks }) => checks.map(({ id }) => id)),
    );
    const own = Object.keys(CHECK_IDS).filter((id) => !ofFormats.has(id));
    // What TLS asks by itself is never asked of a request; see `diagnostics/diagnostics.test.ts`.
    const ofTls = handshakeChecks.map(({ id }) => id);
    const here = [...Object.keys(TRESPASSES), ...Object.keys(REASONS), ...ofTls];
    expect(here.sort()).toEqual(own.sort());
  });

  it.each(entriesOf(TRESPASSES))('stands alone: %s', async (id, trespass) => {
    const { code, failed } = await answerTo(trespass, null, id);
    expect({ code, failed }).toEqual({ code: CHECK_IDS[id].refusal, failed: [id] });
    expect(await answerTo(trespass, id)).toMatchObject({ code: null, failed: [] });
  });

  it.each(entriesOf(REASONS))('that names a reason is missed: %s', async (id, trespass) => {
    const { code, failed } = await answerTo(trespass, null);
    expect({ code, failed }).toEqual({ code: CHECK_IDS[id].refusal, failed: [id] });
    const without = await answerTo(trespass, id);
    expect(without).toMatchObject({ status: 401 });
    expect(without.failed).not.toContain(id);
  });
});

describe('an enrolment without evidence, where none is asked for', () => {
  it('yields a registration that claims no protection', async () => {
    const lab = await startTestLab({
      rules: (id) => (id === 'enrolment/evidence-present' ? 'ignore' : 'run'),
    });
    const subject = newSubject();
    const challenge = await challengeFor(lab, subject);
    const key = softwareKey();
    const csr = toBase64url(csrOf(key, nonceOf(challenge)));
    valueOf(await lab.enrolClient().enrol({ subject, challenge, csr }));
    const registration = await lab.store.findRegistrationByTlsKey(key.keyId);
    expect(registration).toMatchObject({ platform: null, tlsKey: { protection: 'none' } });
    await lab.party.close();
  });
});
