import type { AppraisalPolicy } from '../verifier/policy.js';
import { demands } from '../verifier/policy.js';
import type { AttestationResult, CheckResult } from '../verifier/result.js';
import type { AppraisalInput, Verifier } from '../verifier/verifier.js';
import type { DenyList } from './deny-list.js';
import type { RelyingPartyEvents } from './events.js';
import type { TrafficLog } from './monitoring/index.js';
import type { PlayIntegrityDecoder, PlayIntegrityDemand } from './play-integrity/decoder.js';
import type { JudgedCheck } from './refusal.js';
import type { Receipts } from './receipts/receipts.js';
import type { Rules } from './rules.js';
import type { ChallengePurpose, Store } from './store.js';

/** What genuine phones and apps look like; used alike by policy, relying party and probe build. */
export interface ReferenceValues {
  readonly packageNames: readonly string[];
  /** SHA-256 of the Android signing certificates, lower-case hexadecimal. */
  readonly signerDigests: readonly string[];
  /** `TEAMID.bundle` of the iOS apps. */
  readonly appIds: readonly string[];
}

/** What judges for the relying party; the two seams at which composition may spoil a judgement. */
export interface Judge {
  readonly appraise: Verifier['appraise'];
  readonly rules: Rules;
}

/** What every part of the relying party works with. */
export interface Context {
  /** The relying party's DNS name, part of what evidence is bound to. */
  readonly rpId: string;
  readonly judge: Judge;
  readonly policy: AppraisalPolicy;
  readonly referenceValues: ReferenceValues;
  readonly store: Store;
  readonly clock: () => Date;
  readonly sharedKeys: 'refused' | 'allowed';
  readonly evidence: EvidenceDemand;
  readonly counterMode: CounterMode;
  readonly playIntegrity: {
    readonly demand: PlayIntegrityDemand;
    /** Null where no standard token can be decoded. */
    readonly decoder: PlayIntegrityDecoder | null;
  };
  readonly events: RelyingPartyEvents;
  readonly denyList: Pick<DenyList, 'find'>;
  /** Null where receipts of App Attest are not refreshed. */
  readonly receipts: Pick<Receipts, 'keep'> | null;
  /** Where traffic is recorded; null where nobody watches it. */
  readonly monitor: TrafficLog | null;
}

/** Whether keys come with evidence. Where it is not demanded, evidence that comes is not looked at. */
export type EvidenceDemand = 'demanded' | 'not-demanded';

/**
 * How counters of signing keys follow one another. `strict`: each is above the last one. With a
 * window of at most 64, one of that many up to the highest will do as well, once. `nonce`: in any
 * order, each once while its timestamp holds. App Attest keys are always held to `strict`.
 */
export type CounterMode = 'strict' | { readonly window: number } | 'nonce';

/** For whom and what an appraisal is made. */
export interface Occasion {
  readonly exchangeId: string;
  readonly subject: string;
  readonly purpose: ChallengePurpose | 'request';
}

/** Evidence and what it is compared with; policy and time come from the relying party. */
export type Question = AppraisalInput extends infer Input
  ? Input extends AppraisalInput
    ? Omit<Input, 'policy' | 'now'>
    : never
  : never;

/** Has the verifier appraise evidence under the relying party's policy, now, and tells of it. */
export function appraise(
  context: Context,
  occasion: Occasion,
  question: Question,
): AttestationResult {
  const { evidence, expected } = question;
  // Not by spreading the question, which takes a microsecond; so the two are cast to belong together.
  const input = {
    evidence,
    expected,
    policy: context.policy,
    now: context.clock(),
  } as AppraisalInput;
  const result = context.judge.appraise(input);
  context.events.onAppraisal?.({ ...occasion, input, result });
  return result;
}

/** An appraisal's checks with what the policy demands of each. */
export function judgedByPolicy(
  result: AttestationResult,
  policy: AppraisalPolicy,
): readonly JudgedCheck[] {
  const demandFor = demands(policy);
  return result.checks.map((check) => ({ check, demand: demandFor(check.id) }));
}

/** The relying party's own checks: each of them counts. */
export function judgedByRules(results: readonly CheckResult[]): readonly JudgedCheck[] {
  return results.map((check) => ({ check, demand: 'enforced' }));
}
