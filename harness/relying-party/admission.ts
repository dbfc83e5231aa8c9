import { keyId } from '../evidence/formats/index.js';
import type { CheckResult } from '../verifier/result.js';
import type { Received } from './challenges.js';
import { submittedKeyChecks } from './checks/deny-list.js';
import { registrationChecks } from './checks/registration.js';
import { claimAll } from './claim-keys.js';
import { judgedByRules, type Context } from './context.js';
import { countAssertion, countersOf } from './count-assertion.js';
import {
  appAttestKeyOf,
  judgeEnrolment,
  type EnrolmentCase,
  type JudgedEnrolment,
} from './judge-enrolment.js';
import { presentedVerdict } from './play-integrity/decoder.js';
import { refusalOf } from './refusal.js';
import { accepted, refused } from './reply.js';
import { allHold, runRules } from './rules.js';
import { bytesOf, type SigningKeyRequest } from './schemas.js';
import type { ChallengePurpose, KeyClaim, Registration, Reply } from './store.js';

/** What somebody sends for a key, before it is known what it is compared with. */
export type Submission = Omit<EnrolmentCase, 'registration' | 'previousCounter'>;

/** Reads a request for a key, whose challenge is good. */
export async function submissionOf(
  { playIntegrity }: Context,
  request: SigningKeyRequest,
  from: {
    readonly subject: string;
    readonly purpose: ChallengePurpose;
    readonly received: Received;
  },
): Promise<Submission> {
  const { subject, purpose, received } = from;
  return {
    occasion: { exchangeId: received.exchangeId, subject, purpose },
    nonce: bytesOf(request.challenge),
    csr: bytesOf(request.csr),
    evidence: request.evidence ?? null,
    verdict: await presentedVerdict(request.playIntegrity, playIntegrity),
  };
}

/** A key that may be registered: it is judged well and claimed. */
export interface AdmittedKey extends Pick<JudgedEnrolment, 'protection' | 'question'> {
  readonly keyId: string;
  readonly spki: Uint8Array;
  /** The reply that tells of it. */
  accepted(body: Readonly<Record<string, unknown>>): Reply;
}

/** A key that may be registered, or the reply that refuses it. */
export type Admission =
  | { readonly key: AdmittedKey; readonly refusal: null }
  | { readonly key: null; readonly refusal: Reply };

/** Whose a wanted key is to be. */
export type Owner = Pick<KeyClaim, 'subject' | 'registrationId'>;

/** What a key is admitted as. */
interface Admitted extends Owner {
  readonly use: ChallengePurpose;
  /** The App Attest key whose assertions speak for it, where the registration has one. */
  readonly vouchedBy?: string | null;
}

/**
 * Claims the keys of a judged enrolment for their owner, and decides by all that was judged whether
 * they may be registered. `checks` are those of the challenge.
 */
export async function admit(
  context: Context,
  checks: readonly CheckResult[],
  judgement: JudgedEnrolment,
  { use, vouchedBy = null, ...owner }: Admitted,
): Promise<Admission> {
  const { spki, protection, question } = judgement;
  const id = spki && keyId(spki);
  const attested = use === 'tls' ? appAttestKeyOf(question) : null;
  const keyIds = [id, attested?.keyId, vouchedBy].filter((key) => typeof key === 'string');
  const onRecord = runRules(
    submittedKeyChecks,
    { denied: context.denyList.find(keyIds) },
    context.judge.rules,
  );
  const isAccepted = judgement.accepted && allHold(onRecord);
  const [requested = null, vouching = null] = await claimAll(context, isAccepted, [
    id === null ? null : { ...owner, keyId: id, use },
    attested && { ...owner, keyId: attested.keyId, use: 'app-attest' },
  ]);
  const rules = runRules(
    registrationChecks,
    { requested, vouching, sharedKeys: context.sharedKeys },
    context.judge.rules,
  );
  const judged = [
    ...judgedByRules(checks),
    ...judgement.judged,
    ...judgedByRules([...onRecord, ...rules]),
  ];
  const { subject, registrationId } = owner;
  const addressee = { subject, ...(id === null ? {} : { keyId: id }) };
  if (!isAccepted || !allHold(rules) || spki === null || id === null) {
    return { key: null, refusal: refused(refusalOf(judged), addressee) };
  }
  const { hardware } = judgement;
  // What App Attest says is about its own key: the one of the request is only vouched for.
  const certified = protection === 'attested' ? id : (attested?.keyId ?? null);
  if (hardware !== null && certified !== null) {
    const atMs = context.clock().getTime();
    const event = { kind: 'key-attested', atMs, keyId: certified, registrationId } as const;
    context.monitor?.record({ ...event, ...hardware });
  }
  const told = { ...addressee, registrationId, checks: judged.map(({ check }) => check) };
  return {
    key: {
      ...{ keyId: id, spki, protection, question },
      accepted: (body) => accepted(201, body, told),
    },
    refusal: null,
  };
}

/**
 * Judges what a registration submits for a further or a new key, admits the key and counts the
 * assertion that vouched for it.
 */
export async function admitOfHolder(
  context: Context,
  checks: readonly CheckResult[],
  registration: Registration,
  submission: Submission,
): Promise<Admission> {
  const { subject, id: registrationId } = registration;
  const use = submission.occasion.purpose;
  for (;;) {
    const counters = await countersOf(context.store, registration);
    const previousCounter = counters?.assertion ?? null;
    const judgement = judgeEnrolment(context, { ...submission, registration, previousCounter });
    const vouchedBy = registration.appAttestKey?.keyId ?? null;
    const admitted = { subject, registrationId, use, vouchedBy };
    const admission = await admit(context, checks, judgement, admitted);
    if (admission.key === null) return admission;
    // Where a parallel request was faster with the same assertion key: judge again with its counter.
    const { question } = judgement;
    if (await countAssertion(context.store, registration, question, counters)) return admission;
  }
}
