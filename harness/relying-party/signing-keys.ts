import type { CheckResult } from '../verifier/result.js';
import { admitOfHolder, submissionOf, type Submission } from './admission.js';
import type { Challenges, Received } from './challenges.js';
import type { Context } from './context.js';
import type { SigningKeyRequest } from './schemas.js';
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
    const holder = { subject, purpose: 'sign', registrationId } as const;
    const { challenge } = request;
    return this.#challenges.present({ ...holder, challenge, received }, async (checks) =>
      this.#settle(
        checks,
        registration,
        await submissionOf(this.#context, request, { ...holder, received }),
      ),
    );
  }

  async #settle(
    checks: readonly CheckResult[],
    registration: Registration,
    submission: Submission,
  ): Promise<Reply> {
    const { key, refusal } = await admitOfHolder(this.#context, checks, registration, submission);
    if (key === null) return refusal;
    const { keyId, spki, protection } = key;
    const { epoch } = await this.#context.store.replaceSigningKey(registration.id, {
      ...{ keyId, spki, protection },
    });
    return key.accepted({ keyId, epoch: epoch.toString() });
  }
}
