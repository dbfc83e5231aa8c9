import { randomUUID } from 'node:crypto';
import { toBase64url } from '../encoding/bytes.js';
import { keyId } from '../evidence/formats/index.js';
import type { CheckResult } from '../verifier/result.js';
import { admit, submissionOf, type Submission } from './admission.js';
import type { Challenges, Received } from './challenges.js';
import type { Context } from './context.js';
import type { IssueClientCertificate } from './issue-certificate.js';
import { registrationsOf } from './known-registrations.js';
import { appAttestKeyOf, judgeEnrolment, platformOf } from './judge-enrolment.js';
import type { EnrolmentRequest } from './schemas.js';
import type { Reply } from './store.js';

/** Turns a good enrolment into a registration and a client certificate. */
export class Enrolment {
  readonly #context: Context;
  readonly #challenges: Challenges;
  readonly #issue: IssueClientCertificate;

  constructor(context: Context, challenges: Challenges, issue: IssueClientCertificate) {
    this.#context = context;
    this.#challenges = challenges;
    this.#issue = issue;
  }

  /** Answers an enrolment; `body` is the request as received. */
  enrol(request: EnrolmentRequest, received: Received): Promise<Reply> {
    const { subject, challenge } = request;
    const holder = { subject, purpose: 'tls', registrationId: null } as const;
    return this.#challenges.present({ ...holder, challenge, received }, async (checks) =>
      this.#settle(checks, await submissionOf(this.#context, request, { ...holder, received })),
    );
  }

  async #settle(checks: readonly CheckResult[], submission: Submission): Promise<Reply> {
    const { store, clock } = this.#context;
    const { subject } = submission.occasion;
    const first = { registration: null, previousCounter: null };
    const judgement = judgeEnrolment(this.#context, { ...submission, ...first });
    const { spki, question } = judgement;
    const earlier = spki && (await store.findRegistrationByTlsKey(keyId(spki)));
    const own = earlier?.subject === subject ? earlier : null;
    const id = own?.id ?? randomUUID();
    const owner = { subject, registrationId: id, use: 'tls' } as const;
    const { key, refusal } = await admit(this.#context, checks, judgement, owner);
    if (key === null) return refusal;
    const now = clock();
    const chain = await this.#issue({ subject, spki: key.spki, csr: submission.csr, now });
    const tlsKey = { keyId: key.keyId, spki: key.spki, protection: key.protection };
    const platform = platformOf(question);
    const appAttestKey = appAttestKeyOf(question);
    if (own === null) {
      await store.saveRegistration({
        ...{ id, subject, platform, tlsKey, appAttestKey, earlierTlsKeyIds: [] },
        registeredAtMs: now.getTime(),
      });
    } else if (question !== null) {
      const vouching = appAttestKey === null ? {} : { appAttestKey };
      await store.replaceTlsKey(id, { tlsKey, platform, ...vouching });
    } else if (own.tlsKey.keyId !== key.keyId) {
      await store.replaceTlsKey(id, { tlsKey });
    }
    registrationsOf(store).changed();
    this.#context.receipts?.keep(question, id);
    return key.accepted({
      ...{ registrationId: id, keyId: key.keyId, certificateChain: chain.map(toBase64url) },
    });
  }
}
