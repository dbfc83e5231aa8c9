import { toBase64url } from '../encoding/bytes.js';
import { keyId } from '../evidence/formats/index.js';
import type { CheckResult } from '../verifier/result.js';
import type { Authority } from './authority.js';
import type { Challenges, Received } from './challenges.js';
import { registrationChecks } from './checks/registration.js';
import { claimAll } from './claim-keys.js';
import { judgedByRules, type Context } from './context.js';
import { countAssertion, countersOf } from './count-assertion.js';
import { issueClientCertificate, type ClientCertificatePolicy } from './issue-certificate.js';
import {
  appAttestKeyOf,
  judgeEnrolment,
  platformOf,
  type EnrolmentCase,
  type JudgedEnrolment,
} from './judge-enrolment.js';
import { presentedVerdict } from './play-integrity/decoder.js';
import { refusalOf } from './refusal.js';
import { accepted, refused } from './reply.js';
import { allHold, runRules } from './rules.js';
import { bytesOf, type RenewalRequest } from './schemas.js';
import type { Registration, Reply } from './store.js';

/** Gives a registration a new connection key and certificate, over the mutual TLS of the one it has. */
export class Renewals {
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

  /** Answers a renewal of `registration`, whose certificate the connection has. */
  renew(registration: Registration, request: RenewalRequest, received: Received): Promise<Reply> {
    const { subject, id: registrationId } = registration;
    const { challenge } = request;
    const holder = { subject, purpose: 'tls', registrationId } as const;
    return this.#challenges.present({ ...holder, challenge, received }, async (checks) =>
      this.#settle(checks, registration, {
        occasion: { exchangeId: received.exchangeId, subject, purpose: 'tls' },
        nonce: bytesOf(challenge),
        csr: bytesOf(request.csr),
        evidence: request.evidence ?? null,
        verdict: await presentedVerdict(request.playIntegrity, this.#context.playIntegrity),
        registration,
      }),
    );
  }

  async #settle(
    checks: readonly CheckResult[],
    registration: Registration,
    renewal: Omit<EnrolmentCase, 'previousCounter'>,
  ): Promise<Reply> {
    const { store, judge, sharedKeys } = this.#context;
    const { subject, id: registrationId } = registration;
    const owner = { subject, registrationId };
    for (;;) {
      const counters = await countersOf(store, registration);
      const previousCounter = counters?.assertion ?? null;
      const judgement = judgeEnrolment(this.#context, { ...renewal, previousCounter });
      const { spki, question } = judgement;
      const tlsKeyId = spki && keyId(spki);
      const attested = appAttestKeyOf(question);
      const [requested = null, vouching = null] = await claimAll(
        this.#context,
        judgement.accepted,
        [
          tlsKeyId === null ? null : { ...owner, keyId: tlsKeyId, use: 'tls' },
          attested && { ...owner, keyId: attested.keyId, use: 'app-attest' },
        ],
      );
      const rules = runRules(registrationChecks, { requested, vouching, sharedKeys }, judge.rules);
      const judged = [...judgedByRules(checks), ...judgement.judged, ...judgedByRules(rules)];
      const addressee = { subject, ...(tlsKeyId === null ? {} : { keyId: tlsKeyId }) };
      if (!judgement.accepted || !allHold(rules) || spki === null) {
        return refused(refusalOf(judged), addressee);
      }
      // A parallel request was faster with the same assertion key: judge again with its counter.
      if (!(await countAssertion(store, registration, question, counters))) continue;
      const body = await this.#replace(registration, judgement, spki);
      return accepted(201, body, {
        ...addressee,
        registrationId,
        checks: judged.map(({ check }) => check),
      });
    }
  }

  async #replace(
    { id: registrationId, subject }: Registration,
    { protection, question }: JudgedEnrolment,
    spki: Uint8Array,
  ) {
    const now = this.#context.clock();
    const chain = await issueClientCertificate(this.#authority, {
      ...{ subject, spki, now },
      policy: this.#certificates,
    });
    const tlsKey = { keyId: keyId(spki), spki, protection };
    const platform = platformOf(question);
    const appAttestKey = appAttestKeyOf(question);
    await this.#context.store.replaceTlsKey(registrationId, {
      tlsKey,
      ...(platform === null ? {} : { platform }),
      ...(appAttestKey === null ? {} : { appAttestKey }),
    });
    return { registrationId, keyId: tlsKey.keyId, certificateChain: chain.map(toBase64url) };
  }
}
