import { toBase64url } from '../encoding/bytes.js';
import type { CheckResult } from '../verifier/result.js';
import { admitOfHolder, submissionOf, type Submission } from './admission.js';
import type { Challenges, Received } from './challenges.js';
import type { Context } from './context.js';
import type { IssueClientCertificate } from './issue-certificate.js';
import { registrationsOf } from './known-registrations.js';
import { appAttestKeyOf, platformOf } from './judge-enrolment.js';
import type { RenewalRequest } from './schemas.js';
import type { Registration, Reply } from './store.js';

/** Gives a registration a new connection key and certificate, over the mutual TLS of the one it has. */
export class Renewals {
  readonly #context: Context;
  readonly #challenges: Challenges;
  readonly #issue: IssueClientCertificate;

  constructor(context: Context, challenges: Challenges, issue: IssueClientCertificate) {
    this.#context = context;
    this.#challenges = challenges;
    this.#issue = issue;
  }

  /** Answers a renewal of `registration`, whose certificate the connection has. */
  renew(registration: Registration, request: RenewalRequest, received: Received): Promise<Reply> {
    const { subject, id: registrationId } = registration;
    const holder = { subject, purpose: 'tls', registrationId } as const;
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
    const { keyId, spki, protection, question } = key;
    const { id: registrationId, subject } = registration;
    const now = this.#context.clock();
    const chain = await this.#issue({ subject, spki, csr: submission.csr, now });
    const platform = platformOf(question);
    const appAttestKey = appAttestKeyOf(question);
    await this.#context.store.replaceTlsKey(registrationId, {
      tlsKey: { keyId, spki, protection },
      ...(platform === null ? {} : { platform }),
      ...(appAttestKey === null ? {} : { appAttestKey }),
    });
    registrationsOf(this.#context.store).changed();
    this.#context.receipts?.keep(question, registrationId);
    return key.accepted({ registrationId, keyId, certificateChain: chain.map(toBase64url) });
  }
}
