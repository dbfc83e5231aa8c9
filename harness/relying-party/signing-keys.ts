import { keyId } from '../evidence/formats/index.js';
import type { CheckResult } from '../verifier/result.js';
import type { Challenges, Received } from './challenges.js';
import { registrationChecks } from './checks/registration.js';
import { claimAll } from './claim-keys.js';
import { judgedByRules, type Context } from './context.js';
import { countAssertion, countersOf } from './count-assertion.js';
import { judgeEnrolment, type EnrolmentCase } from './judge-enrolment.js';
import { presentedVerdict } from './play-integrity/decoder.js';
import { refusalOf } from './refusal.js';
import { accepted, refused } from './reply.js';
import { allHold, runRules } from './rules.js';
import { bytesOf, type SigningKeyRequest } from './schemas.js';
import type { Registration, Reply } from './store.js';

/** Registers the keys that sign bodies, each over the mutual TLS of its own registration. */
export class SigningKeys {
  readonly #context: Context;
  readonly #challenges: Challenges;

  constructor(context: Context, challenges: Challenges) {
    this.#context = context;
    this.#challenges = challenges;
  }

  /** Answers a request for a signing key of `registration`, whose certificate the connection has. */
  register(
    registration: Registration,
    request: SigningKeyRequest,
    received: Received,
  ): Promise<Reply> {
    const { subject, id: registrationId } = registration;
    const { challenge } = request;
    const holder = { subject, purpose: 'sign', registrationId } as const;
    return this.#challenges.present({ ...holder, challenge, received }, async (checks) =>
      this.#settle(checks, registration, {
        occasion: { exchangeId: received.exchangeId, subject, purpose: 'sign' },
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
    enrolment: Omit<EnrolmentCase, 'previousCounter'>,
  ): Promise<Reply> {
    const { store, judge, sharedKeys } = this.#context;
    const { subject, id: registrationId } = registration;
    for (;;) {
      const counters = await countersOf(store, registration);
      const previousCounter = counters?.assertion ?? null;
      const judgement = judgeEnrolment(this.#context, { ...enrolment, previousCounter });
      const { spki, protection } = judgement;
      const signKeyId = spki && keyId(spki);
      const [requested = null] = await claimAll(this.#context, judgement.accepted, [
        signKeyId === null ? null : { keyId: signKeyId, use: 'sign', subject, registrationId },
      ]);
      const wanted = { requested, vouching: null, sharedKeys };
      const rules = runRules(registrationChecks, wanted, judge.rules);
      const judged = [...judgedByRules(checks), ...judgement.judged, ...judgedByRules(rules)];
      const addressee = { subject, ...(signKeyId === null ? {} : { keyId: signKeyId }) };
      if (!judgement.accepted || !allHold(rules) || spki === null || signKeyId === null) {
        return refused(refusalOf(judged), addressee);
      }
      // A parallel request was faster with the same assertion key: judge again with its counter.
      if (!(await countAssertion(store, registration, judgement.question, counters))) continue;
      const key = { keyId: signKeyId, spki, protection };
      const { epoch } = await store.replaceSigningKey(registrationId, key);
      return accepted(
        201,
        { keyId: signKeyId, epoch: epoch.toString() },
        { ...addressee, registrationId, checks: judged.map(({ check }) => check) },
      );
    }
  }
}
