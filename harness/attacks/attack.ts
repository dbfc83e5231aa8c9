import type { SignedHttpRequest } from '../evidence/signed-request/index.js';
import type { CheckId } from '../verifier/check-ids.js';
import type { AppraisalPolicy } from '../verifier/policy.js';
import type { AttackerKey } from './attacker-key.js';

/** Formats of evidence that attacks are made on. */
export type AttackedFormat =
  | 'csr'
  | 'android-key'
  | 'app-attest-attestation'
  | 'app-attest-assertion'
  | 'app-attest-receipt'
  | 'play-integrity'
  | 'signed-request'
  /** What is submitted as a whole, by the rules of the service that takes it. */
  | 'submission';

/** What the attacker must hold. */
export type AttackerMeans =
  | 'own-key'
  | 'hooked-app'
  | 'earlier-evidence'
  | 'other-build'
  | 'other-app'
  | 'other-phone'
  | 'emulator'
  | 'captured-request'
  | 'leaked-vendor-key'
  | 'decryption-key';

/** What is told of an attack in reports. */
export interface AttackDescription {
  readonly id: string;
  /** What the attacker does and what he hopes for. */
  readonly description: string;
  readonly needs: readonly AttackerMeans[];
  /**
   * The exact set of checks that fail, by the format of the evidence that is appraised: a spoilt
   * request can show in the attestation that vouches for it. A format that is not named holds.
   */
  readonly failing: Readonly<Partial<Record<AttackedFormat, readonly [CheckId, ...CheckId[]]>>>;
  /** Where the attack, or the rule that stops it, is written down. */
  readonly references: readonly string[];
  /** The settings that stop it, where `lab` leaves them to whoever needs them. */
  readonly policy?: (policy: AppraisalPolicy) => AppraisalPolicy;
}

/** An attack on a certification request. */
export interface CsrAttack extends AttackDescription {
  readonly applies: 'csr';
  mutate(csr: Uint8Array, means: { readonly attacker: AttackerKey }): Uint8Array;
}

/** What an attack on a chain may take from. */
export interface AndroidKeyMeans {
  readonly attacker: AttackerKey;
  /** ES256 by the attested key, DER: a hook in the app lets it sign anything. */
  readonly signWithPhone: (data: Uint8Array) => Promise<Uint8Array>;
  /** A genuine chain of the same phone for another key and challenge. */
  readonly earlierChain: readonly Uint8Array[];
  /** A chain of an emulator for the challenge of the day. */
  readonly emulatorChain: readonly Uint8Array[];
  /**
   * Signs as the authority right above the leaf, with the leaf's algorithm. It stands for what a
   * genuine phone in another state attests, and for a vendor's key that leaked; the attacks that
   * take neither do without it.
   */
  readonly signWithAuthority?: (data: Uint8Array) => Promise<Uint8Array>;
}

/** An attack on an Android attestation chain, leaf first. */
export interface AndroidKeyAttack extends AttackDescription {
  readonly applies: 'android-key';
  /** Whether the chain gives occasion for it; left out: every chain does. */
  isPossible?(chain: readonly Uint8Array[]): boolean;
  /** When it is presented; left out: when the evidence was made. */
  presentedAt?(chain: readonly Uint8Array[]): Date;
  mutate(chain: readonly Uint8Array[], means: AndroidKeyMeans): Promise<readonly Uint8Array[]>;
}

/** An attestation as an app hands it in: the object, and the key id that it names beside it. */
export interface AppAttestSubmission {
  readonly object: Uint8Array;
  readonly keyId: Uint8Array;
}

/** What an attack on an attestation may take from. */
export interface AppAttestMeans {
  readonly attacker: AttackerKey;
  /** A genuine attestation of the same app for another key and client data hash. */
  readonly earlier: AppAttestSubmission;
  /** A genuine attestation for the client data hash of the day, by a build for development. */
  readonly developmentBuild: AppAttestSubmission;
  /** A genuine attestation for the client data hash of the day, by another app. */
  readonly otherApp?: AppAttestSubmission;
  /** As `otherApp`, by a build of the app that was distributed in another way. */
  readonly otherDistribution?: AppAttestSubmission;
}

/** An attack on an App Attest attestation. */
export interface AppAttestAttack extends AttackDescription {
  readonly applies: 'app-attest-attestation';
  /** When it is presented; left out: when the evidence was made. */
  presentedAt?(submission: AppAttestSubmission): Date;
  mutate(submission: AppAttestSubmission, means: AppAttestMeans): AppAttestSubmission;
}

/** Receipts that an attack on one may send in its place. */
export interface ReceiptMeans {
  /** Genuine, of another key of the same app. */
  readonly otherKey: Uint8Array;
  /** Genuine, of another app for the same key. */
  readonly otherApp: Uint8Array;
  /** Signed with another certificate of the vendor's hierarchy, as a merchant has one. */
  readonly merchantSigned: Uint8Array;
  /** Signed under a hierarchy of the attacker's own. */
  readonly ownHierarchy: Uint8Array;
  /** Signed before the signer's certificate was valid. */
  readonly backdated: Uint8Array;
}

/** An attack on an App Attest receipt. */
export interface ReceiptAttack extends AttackDescription {
  readonly applies: 'app-attest-receipt';
  /** How long after the receipt was made it is presented. */
  readonly afterMs?: number;
  mutate(receipt: Uint8Array, means: ReceiptMeans): Uint8Array;
}

/** What an attack on a Play Integrity verdict may take from. */
export interface PlayIntegrityMeans {
  readonly attacker: AttackerKey;
  /** The evidence that Google gives out for a payload: that of another phone, app or account. */
  readonly seal: (payload: string) => string;
  /** A classic token around any text, by whoever knows the decryption key. */
  readonly encrypt: (inner: string) => string;
}

/** An attack on a Play Integrity verdict. */
export interface PlayIntegrityAttack extends AttackDescription {
  readonly applies: 'play-integrity';
  /** The form that it is made on; null for both. */
  readonly form: 'classic-token' | 'decoded-payload' | null;
  /** How long after the verdict was made it is presented. */
  readonly afterMs?: number;
  mutate(
    verdict: { readonly text: string; readonly payload: string },
    means: PlayIntegrityMeans,
  ): string;
}

/** A day in milliseconds: longer than anything that is captured stays good. */
export const DAY_MS = 86_400_000;

/** Something that the attacker sends, and how long after it was captured. */
export interface Presentation<Evidence> {
  readonly evidence: Evidence;
  readonly afterMs: number;
  /** How it is sent, or what happened before; left out: over the phone's connection, nothing. */
  readonly circumstance?: 'other-connection' | 'key-reissued' | 'other-app';
}

/**
 * An attack on evidence that counts. It takes what was captured in order and tells what to send; the
 * last of it must fail as the attack says, and everything before it is genuine and passes.
 */
export interface SignedRequestAttack extends AttackDescription {
  readonly applies: 'signed-request';
  /** How many genuine requests it takes, with counters that follow one another. */
  readonly captures: 1 | 2;
  present(captured: readonly SignedHttpRequest[]): readonly Presentation<SignedHttpRequest>[];
}

/** As `SignedRequestAttack`, on requests that are signed with profile R. */
export interface ProfileRAttack extends AttackDescription {
  readonly applies: 'profile-r-request';
  readonly captures: 1 | 2;
  present(captured: readonly SignedHttpRequest[]): readonly Presentation<SignedHttpRequest>[];
}

/** As `SignedRequestAttack`, on App Attest assertions. */
export interface AssertionAttack extends AttackDescription {
  readonly applies: 'app-attest-assertion';
  readonly captures: 1 | 2;
  present(captured: readonly Uint8Array[]): readonly Presentation<Uint8Array>[];
}

/** As `SignedRequestAttack`, on requests that an App Attest key has signed. */
export interface AssertedRequestAttack extends AttackDescription {
  readonly applies: 'asserted-request';
  /** Takes two genuine requests in the order in which they were signed: a hook has the later one signed first. */
  present(
    captured: readonly [later: SignedHttpRequest, earlier: SignedHttpRequest],
  ): readonly Presentation<SignedHttpRequest>[];
}

/** An attack in which everything that is submitted is genuine, and something else was asked for. */
export interface SubmissionAttack extends AttackDescription {
  readonly applies: 'submission';
  /** What is wrong with it; whoever speaks with the service brings it about. */
  readonly circumstance:
    | 'challenge-spent'
    | 'challenge-of-another'
    | 'challenge-for-other-purpose'
    | 'challenge-of-other-door'
    | 'evidence-for-other-purpose'
    | 'evidence-of-earlier-challenge'
    | 'evidence-left-out'
    | 'key-of-another'
    | 'attestation-key-revoked';
  /** On what occasions it is made. */
  readonly occasions: readonly ('enrolment' | 'signingKey' | 'renewal')[];
}

/** Any attack. */
export type Attack =
  | CsrAttack
  | AndroidKeyAttack
  | AppAttestAttack
  | AssertionAttack
  | ReceiptAttack
  | PlayIntegrityAttack
  | SignedRequestAttack
  | ProfileRAttack
  | AssertedRequestAttack
  | SubmissionAttack;

/** Sends `evidence` as soon as it was captured. */
export function atOnce<Evidence>(evidence: Evidence): Presentation<Evidence> {
  return { evidence, afterMs: 0 };
}

/** The capture at `index`; an attack that is given too few was called wrongly. */
export function capture<Evidence>(captured: readonly Evidence[], index: number): Evidence {
  const found = captured[index];
  if (found === undefined) throw new RangeError(`the attack needs ${index + 1} captures`);
  return found;
}
