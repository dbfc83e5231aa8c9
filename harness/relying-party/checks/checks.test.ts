import { describe, expect, it } from 'vitest';
import { playIntegrityToken } from '../../evidence/play-integrity/index.js';
import { CHECK_IDS, type Check, type CheckId } from '../../verifier/index.js';
import { allRules, runRules } from '../rules.js';
import type { ChallengeRecord, DenyEntry, KeyClaim, Registration } from '../store.js';
import { challengeChecks, type PresentedChallenge } from './challenge.js';
import { clientCertificateChecks, type Connection } from './client-certificate.js';
import { signingKeyChecks, submittedKeyChecks } from './deny-list.js';
import { connectionChecks, handshakeChecks, type ShownConnection } from './handshake.js';
import { enrolmentChecks, type PresentedEvidence } from './enrolment.js';
import { playIntegrityChecks, type PresentedIntegrity } from './play-integrity.js';
import { registrationChecks, type WantedKeys } from './registration.js';

const ALL: readonly Check<never>[] = [
  ...challengeChecks,
  ...clientCertificateChecks,
  ...handshakeChecks,
  ...enrolmentChecks,
  ...playIntegrityChecks,
  ...registrationChecks,
  ...submittedKeyChecks,
  ...signingKeyChecks,
];

const RECORD: ChallengeRecord = {
  challenge: 'c',
  subject: 'phone',
  purpose: 'tls',
  registrationId: null,
  issuedAtMs: 0,
  expiresAtMs: 1_000,
  spentBy: null,
  reply: null,
};

const PRESENTED: PresentedChallenge = {
  record: RECORD,
  subject: 'phone',
  purpose: 'tls',
  registrationId: null,
  spending: { outcome: 'spent' },
  nowMs: 999,
};

const SPKI = new Uint8Array(1);
const REGISTRATION: Registration = {
  id: 'r',
  subject: 'phone',
  platform: 'ios',
  tlsKey: { keyId: 'k', spki: SPKI, protection: 'vouched' },
  earlierTlsKeyIds: [],
  appAttestKey: { keyId: 'a', publicKey: SPKI },
  registeredAtMs: 0,
};

const DENIED: DenyEntry = { keyId: 'k', reason: 'stolen in the tram', deniedAtMs: 0 };

const CONNECTION: Connection = {
  certificate: { keyId: 'k', notBeforeMs: 0, notAfterMs: 1_000 },
  registration: REGISTRATION,
  denied: null,
  nowMs: 500,
};

const EVIDENCE: PresentedEvidence = {
  demanded: 'demanded',
  purpose: 'tls',
  format: 'android-key',
  registration: null,
};

const CLAIM: KeyClaim = { keyId: 'k', use: 'sign', subject: 'phone', registrationId: 'r' };
const VOUCHING: KeyClaim = { ...CLAIM, keyId: 'a', use: 'app-attest' };
const WANTED: WantedKeys = {
  requested: { claim: CLAIM, holder: CLAIM },
  vouching: { claim: VOUCHING, holder: null },
  sharedKeys: 'refused',
};

const NA = 'not-applicable';

/** What the checks that did not pass found, by id. */
function findings<Subject>(checks: readonly Check<Subject>[], subject: Subject) {
  const results = runRules(checks, subject, allRules);
  expect(results.map(({ id }) => id)).toEqual(checks.map(({ id }) => id));
  return Object.fromEntries(
    results.filter(({ status }) => status !== 'passed').map(({ id, status }) => [id, status]),
  );
}

describe('the rules of the relying party', () => {
  it('have ids of the one table, each once', () => {
    const ids = ALL.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const own = /^(?:challenge|client-certificate|handshake|enrolment|registration|signing-key)\//;
    const listed = (Object.keys(CHECK_IDS) as CheckId[]).filter((id) => own.test(id));
    expect([...ids].sort()).toEqual(listed.sort());
  });

  it('say what they demand, whence, and what an attacker gains without them', () => {
    for (const check of ALL) {
      expect(check.rule).toMatch(/^[A-Z].*\.$/);
      expect(check.withoutIt).toMatch(/\.$/);
      expect(check.source.length).toBeGreaterThan(5);
    }
  });
});

describe('rules about a challenge', () => {
  it('hold for the first presentation by its holder in time', () => {
    expect(findings(challengeChecks, PRESENTED)).toEqual({});
  });

  it('fail alone, and block what cannot be told without them', () => {
    expect(findings(challengeChecks, { ...PRESENTED, record: null, spending: null })).toEqual({
      'challenge/known': 'failed',
      'challenge/issued-to-presenter': 'blocked',
      'challenge/issued-for-purpose': 'blocked',
      'challenge/unspent': 'blocked',
      'challenge/fresh': 'blocked',
    });
    expect(findings(challengeChecks, { ...PRESENTED, subject: 'other' })).toEqual({
      'challenge/issued-to-presenter': 'failed',
      'challenge/unspent': 'blocked',
    });
    expect(findings(challengeChecks, { ...PRESENTED, registrationId: 'r' })).toEqual({
      'challenge/issued-to-presenter': 'failed',
      'challenge/unspent': 'blocked',
    });
    expect(findings(challengeChecks, { ...PRESENTED, purpose: 'sign' })).toEqual({
      'challenge/issued-for-purpose': 'failed',
      'challenge/unspent': 'blocked',
    });
    const spending = { outcome: 'spent-before', by: 'd', reply: null } as const;
    expect(findings(challengeChecks, { ...PRESENTED, spending })).toEqual({
      'challenge/unspent': 'failed',
    });
  });

  it('end a challenge’s life at its end and not a moment later', () => {
    expect(findings(challengeChecks, { ...PRESENTED, nowMs: 1_000 })).toEqual({
      'challenge/fresh': 'failed',
    });
  });
});

describe('rules about a client certificate', () => {
  it('hold from its first to its last moment', () => {
    for (const nowMs of [0, 500, 1_000]) {
      expect(findings(clientCertificateChecks, { ...CONNECTION, nowMs })).toEqual({});
    }
  });

  it('fail alone', () => {
    for (const nowMs of [-1, 1_001]) {
      expect(findings(clientCertificateChecks, { ...CONNECTION, nowMs })).toEqual({
        'client-certificate/valid-now': 'failed',
      });
    }
    expect(findings(clientCertificateChecks, { ...CONNECTION, registration: null })).toEqual({
      'client-certificate/registered': 'failed',
    });
    expect(findings(clientCertificateChecks, { ...CONNECTION, denied: DENIED })).toEqual({
      'client-certificate/key-not-denied': 'failed',
    });
    const none = { ...CONNECTION, certificate: null, registration: null };
    expect(findings(clientCertificateChecks, none)).toEqual({
      'client-certificate/presented': 'failed',
      'client-certificate/valid-now': 'blocked',
      'client-certificate/registered': 'blocked',
      'client-certificate/key-not-denied': 'blocked',
    });
  });
});

describe('rules of the handshake', () => {
  const usages = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
  const shown = { issuer: 'CN=lab', usages, isFromAuthority: true };
  const connection: ShownConnection = { ...CONNECTION, shown, tlsRefusal: null };

  it('hold for a certificate of the authority that is for clients, or limits its use to nothing', () => {
    expect(findings(connectionChecks, connection)).toEqual({});
    const unlimited = { ...connection, shown: { ...shown, usages: null } };
    expect(findings(connectionChecks, unlimited)).toEqual({});
  });

  it('fail alone', () => {
    const foreign = { ...connection, shown: { ...shown, isFromAuthority: false } };
    expect(findings(connectionChecks, foreign)).toEqual({
      'handshake/certificate-from-authority': 'failed',
      'handshake/accepted-by-tls': 'blocked',
    });
    for (const [usage = ''] of [['1.3.6.1.5.5.7.3.1'], ['2.5.29.37.0'], []]) {
      const other = { ...connection, shown: { ...shown, usages: [usage] } };
      expect(findings(connectionChecks, other)).toEqual({
        'handshake/certificate-for-clients': 'failed',
        'handshake/accepted-by-tls': 'blocked',
      });
    }
    const weak = { ...connection, tlsRefusal: 'CA_MD_TOO_WEAK' };
    expect(findings(connectionChecks, weak)).toEqual({ 'handshake/accepted-by-tls': 'failed' });
  });

  it('are blocked where nothing was shown', () => {
    const none = { certificate: null, registration: null, shown: null, tlsRefusal: 'none' };
    const found = findings(connectionChecks, { ...connection, ...none });
    const { 'client-certificate/presented': presented, ...others } = found;
    expect(presented).toBe('failed');
    expect(Object.values(others)).toEqual(Array(connectionChecks.length - 1).fill('blocked'));
  });
});

describe('rules about the deny list', () => {
  it('hold for keys that are not on it, and name no reason to others', () => {
    const rules = [...submittedKeyChecks, ...signingKeyChecks];
    expect(findings(rules, { denied: null })).toEqual({});
    expect(findings(rules, { denied: DENIED })).toEqual({
      'registration/keys-not-denied': 'failed',
      'signing-key/not-denied': 'failed',
    });
    expect(JSON.stringify(rules.map((rule) => rule.evaluate({ denied: DENIED })))).not.toContain(
      DENIED.reason,
    );
  });
});

describe('rules about an enrolment’s evidence', () => {
  it('want an attestation for the first key', () => {
    expect(findings(enrolmentChecks, EVIDENCE)).toEqual({});
    const attestation = { ...EVIDENCE, format: 'app-attest-attestation' } as const;
    expect(findings(enrolmentChecks, attestation)).toEqual({});
    const assertion = { ...EVIDENCE, format: 'app-attest-assertion' } as const;
    expect(findings(enrolmentChecks, assertion)).toEqual({ 'enrolment/evidence-fits': 'failed' });
  });

  it('want evidence of the registration’s platform for a further key', () => {
    const sign = { ...EVIDENCE, purpose: 'sign', registration: REGISTRATION } as const;
    const assertion = { ...sign, format: 'app-attest-assertion' } as const;
    expect(findings(enrolmentChecks, assertion)).toEqual({});
    expect(findings(enrolmentChecks, sign)).toEqual({ 'enrolment/evidence-fits': 'failed' });
    const android = { ...sign, registration: { ...REGISTRATION, platform: 'android' } } as const;
    expect(findings(enrolmentChecks, android)).toEqual({});
  });

  it('want an attestation or an assertion of the registration’s platform for a renewal', () => {
    const renewal = { ...EVIDENCE, registration: REGISTRATION } as const;
    const formats = ['app-attest-assertion', 'app-attest-attestation', 'android-key'] as const;
    expect(formats.map((format) => findings(enrolmentChecks, { ...renewal, format }))).toEqual([
      {},
      {},
      { 'enrolment/evidence-fits': 'failed' },
    ]);
  });

  it('want none where none is demanded, whatever comes', () => {
    const off = { 'enrolment/evidence-present': NA, 'enrolment/evidence-fits': NA };
    for (const format of [null, 'android-key', 'app-attest-assertion'] as const) {
      const presented = { ...EVIDENCE, demanded: 'not-demanded', format } as const;
      expect(findings(enrolmentChecks, presented)).toEqual(off);
    }
  });

  it('want any at all', () => {
    expect(findings(enrolmentChecks, { ...EVIDENCE, format: null })).toEqual({
      'enrolment/evidence-present': 'failed',
      'enrolment/evidence-fits': 'blocked',
    });
  });
});

describe('rules about Play Integrity', () => {
  const verdict = playIntegrityToken('a.b.c.d.e');
  const PRESENT = { demand: 'demanded', format: 'android-key', verdict } as const;
  const missing = (demand: PresentedIntegrity['demand']): PresentedIntegrity => ({
    ...{ ...PRESENT, demand, verdict: null },
  });

  it('hold for a verdict that can be looked at', () => {
    expect(findings(playIntegrityChecks, PRESENT)).toEqual({});
  });

  it('want one of an Android phone, and only where it is demanded', () => {
    const none = { 'enrolment/play-integrity-decoded': NA };
    expect(findings(playIntegrityChecks, missing('demanded'))).toEqual({
      ...{ ...none, 'enrolment/play-integrity-present': 'failed' },
    });
    const off = { ...none, 'enrolment/play-integrity-present': NA };
    expect(findings(playIntegrityChecks, missing('accepted'))).toEqual(off);
    expect(findings(playIntegrityChecks, missing('ignored'))).toEqual(off);
    for (const format of [null, 'app-attest-attestation', 'app-attest-assertion'] as const) {
      expect(findings(playIntegrityChecks, { ...missing('demanded'), format })).toEqual(off);
    }
  });

  it('fail for what Google does not decode, also where it was not demanded', () => {
    const undecodable = { ...PRESENT, verdict: 'undecodable' } as const;
    expect(findings(playIntegrityChecks, undecodable)).toEqual({
      'enrolment/play-integrity-decoded': 'failed',
    });
    expect(findings(playIntegrityChecks, { ...undecodable, demand: 'accepted' })).toEqual({
      'enrolment/play-integrity-present': NA,
      'enrolment/play-integrity-decoded': 'failed',
    });
  });
});

describe('rules about keys', () => {
  it('hold for a key that is free or already the registration’s own', () => {
    expect(findings(registrationChecks, WANTED)).toEqual({});
    const free = { ...WANTED, requested: { claim: CLAIM, holder: null } };
    expect(findings(registrationChecks, free)).toEqual({});
  });

  it('refuse a key of another subject or another registration', () => {
    for (const holder of [
      { ...CLAIM, subject: 'other' },
      { ...CLAIM, registrationId: 'other' },
    ]) {
      expect(
        findings(registrationChecks, { ...WANTED, requested: { claim: CLAIM, holder } }),
      ).toEqual({ 'registration/key-not-elsewhere': 'failed' });
      const vouching = { claim: VOUCHING, holder: { ...holder, use: 'app-attest' } } as const;
      expect(findings(registrationChecks, { ...WANTED, vouching })).toEqual({
        'registration/app-attest-key-not-elsewhere': 'failed',
      });
    }
  });

  it('refuse the connection’s key for signing unless the policy allows it', () => {
    const requested = { claim: CLAIM, holder: { ...CLAIM, use: 'tls' } } as const;
    expect(findings(registrationChecks, { ...WANTED, requested })).toEqual({
      'registration/keys-separate': 'failed',
    });
    expect(findings(registrationChecks, { ...WANTED, requested, sharedKeys: 'allowed' })).toEqual({
      'registration/keys-separate': 'not-applicable',
    });
  });

  it('do not apply where there is no key to ask about', () => {
    const nothing = { ...WANTED, requested: null, vouching: null };
    expect(findings(registrationChecks, nothing)).toEqual({
      'registration/key-not-elsewhere': 'not-applicable',
      'registration/keys-separate': 'not-applicable',
      'registration/app-attest-key-not-elsewhere': 'not-applicable',
    });
  });
});

describe('a rule that is switched off', () => {
  it('is listed as not applicable and blocks nothing', () => {
    const results = runRules(challengeChecks, { ...PRESENTED, subject: 'other' }, (id) =>
      id === 'challenge/issued-to-presenter' ? 'ignore' : 'run',
    );
    expect(results.map(({ status }) => status)).toEqual([
      'passed',
      'not-applicable',
      ...['passed', 'passed', 'passed'],
    ]);
  });
});
