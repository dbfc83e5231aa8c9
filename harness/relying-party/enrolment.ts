import { randomUUID } from 'node:crypto';
import { toBase64url } from '../encoding/bytes.js';
import { keyId } from '../evidence/formats/index.js';
import type { CheckResult } from '../verifier/result.js';
import type { Authority } from './authority.js';
import type { Challenges, Received } from './challenges.js';
import { registrationChecks } from './checks/registration.js';
import { claimAll } from './claim-keys.js';
import { judgedByRules, type Context } from './context.js';
import { issueClientCertificate, type ClientCertificatePolicy } from './issue-certificate.js';
import {
  appAttestKeyOf,
  judgeEnrolment,
  platformOf,
  type EnrolmentCase,
} from './judge-enrolment.js';
import { presentedVerdict } from './play-integrity/decoder.js';
import { refusalOf } from './refusal.js';
import { accepted, refused } from './reply.js';
import { allHold, runRules } from './rules.js';
import { bytesOf, type EnrolmentRequest } from './schemas.js';
import type { Reply } from './store.js';

/** Turns a good enrolment into a registration and a client certificate. */
export class Enrolment {
  readonly #context: Context;
  readonly #challenges: Challenges;
  readonly #authority: Authority;
  readonly #certificates: ClientCertificatePolicy;

  constructor(
    context: Context,
    parts: {
      readonly challenges: Challenges;
      readonly authority: Authority;
      readonly certificates: ClientCertificatePolicy;
    },
  ) {
    this.#context = context;
    this.#challenges = parts.challenges;
    this.#authority = parts.authority;
    this.#certificates = parts.certificates;
  }

  /** Answers an enrolment; `body` is the request as received. */
  enrol(request: EnrolmentRequest, received: Received): Promise<Reply> {
    const { subject, challenge } = request;
    const holder = { subject, purpose: 'tls', registrationId: null } as const;
    return this.#challenges.present({ ...holder, challenge, received }, async (checks) =>
      this.#settle(checks, {
        occasion: { exchangeId: received.exchangeId, subject, purpose: 'tls' },
        nonce: bytesOf(challenge),
        csr: bytesOf(request.csr),
        evidence: request.evidence ?? null,
        verdict: await presentedVerdict(request.playIntegrity, this.#context.playIntegrity),
        registration: null,
        previousCounter: null,
      }),
    );
  }

  async #settle(checks: readonly CheckResult[], enrolment: EnrolmentCase): Promise<Reply> {
    const { store, judge, sharedKeys, clock } = this.#context;
    const { subject } = enrolment.occasion;
    const judgement = judgeEnrolment(this.#context, enrolment);
    const { spki, question } = judgement;
    const tlsKeyId = spki && keyId(spki);
    const earlier = tlsKeyId === null ? null : await store.findRegistrationByTlsKey(tlsKeyId);
    const own = earlier?.subject === subject ? earlier : null;
    const id = own?.id ?? randomUUID();
    const owner = { subject, registrationId: id };
    const appAttestKey = question && appAttestKeyOf(question);
    const [requested = null, vouching = null] = await claimAll(this.#context, judgement.accepted, [
      tlsKeyId === null ? null : { ...owner, keyId: tlsKeyId, use: 'tls' },
      appAttestKey && { ...owner, keyId: appAttestKey.keyId, use: 'app-attest' },
    ]);
    const rules = runRules(registrationChecks, { requested, vouching, sharedKeys }, judge.rules);
    const judged = [...judgedByRules(checks), ...judgement.judged, ...judgedByRules(rules)];
    const addressee = { subject, ...(tlsKeyId === null ? {} : { keyId: tlsKeyId }) };
    if (!judgement.accepted || !allHold(rules) || spki === null || tlsKeyId === null) {
      return refused(refusalOf(judged), addressee);
    }
    const now = clock();
    const chain = await issueClientCertificate(this.#authority, {
      ...{ subject, spki, now },
      policy: this.#certificates,
    });
    const tlsKey = { keyId: tlsKeyId, spki, protection: judgement.protection };
    const platform = platformOf(question);
    if (own === null) {
      await store.saveRegistration({
        ...{ id, subject, platform, tlsKey, appAttestKey, earlierTlsKeyIds: [] },
        registeredAtMs: now.getTime(),
      });
    } else if (question !== null) {
      const vouching = appAttestKey === null ? {} : { appAttestKey };
      await store.replaceTlsKey(id, { tlsKey, platform, ...vouching });
    } else if (own.tlsKey.keyId !== tlsKeyId) {
      await store.replaceTlsKey(id, { tlsKey });
    }
    return accepted(
      201,
      { registrationId: id, keyId: tlsKeyId, certificateChain: chain.map(toBase64url) },
      { ...addressee, registrationId: id, checks: judged.map(({ check }) => check) },
    );
  }
}
