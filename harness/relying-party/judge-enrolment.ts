import { fromHex, toBase64url } from '../encoding/bytes.js';
import {
  parseAndroidKey,
  SECURITY_LEVELS,
  type SecurityLevel,
} from '../evidence/android-key/index.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
} from '../evidence/app-attest/index.js';
import { parseCsr } from '../evidence/csr/index.js';
import { appAttestKeyId, enrolmentBinding } from '../evidence/formats/index.js';
import type { AttestationResult } from '../verifier/result.js';
import { enrolmentChecks } from './checks/enrolment.js';
import { playIntegrityChecks } from './checks/play-integrity.js';
import {
  appraise,
  judgedByPolicy,
  judgedByRules,
  type Context,
  type Occasion,
  type Question,
} from './context.js';
import type { AttestedLevel, KeyAttested } from './monitoring/index.js';
import type { PresentedVerdict } from './play-integrity/decoder.js';
import type { JudgedCheck } from './refusal.js';
import { allHold, runRules } from './rules.js';
import { bytesOf, type SubmittedEvidence } from './schemas.js';
import type { AppAttestKey, ChallengePurpose, KeyProtection, Registration } from './store.js';

/** An enrolment whose challenge is good. */
export interface EnrolmentCase {
  readonly occasion: Occasion & { readonly purpose: ChallengePurpose };
  readonly nonce: Uint8Array;
  /** DER of the certification request. */
  readonly csr: Uint8Array;
  readonly evidence: SubmittedEvidence | null;
  /** The verdict of Play Integrity that came beside it. */
  readonly verdict: PresentedVerdict | null;
  /** The registration that a further or a new key is for; null for a first enrolment. */
  readonly registration: Registration | null;
  /** Counter of the last assertion by the registration's App Attest key. */
  readonly previousCounter: number | null;
}

/** What the verifier and the rules about evidence say of an enrolment. */
export interface JudgedEnrolment {
  readonly accepted: boolean;
  /** In the order in which a refusal names them. */
  readonly judged: readonly JudgedCheck[];
  /** The key of the certification request, or null where that does not parse. */
  readonly spki: Uint8Array | null;
  readonly protection: KeyProtection;
  readonly question: Question | null;
  /** What accepted evidence says of the hardware of the key that it certifies; null where none does. */
  readonly hardware: AttestedHardware | null;
}

/** The hardware behind a key, and how recent its system's patches are. */
export type AttestedHardware = Pick<KeyAttested, 'level' | 'patchLevel'>;

/** Judges a certification request and the evidence for its key. Changes no state. */
export function judgeEnrolment(context: Context, enrolment: EnrolmentCase): JudgedEnrolment {
  const { occasion, nonce, registration } = enrolment;
  const { evidence: demanded } = context;
  const evidence = demanded === 'demanded' ? enrolment.evidence : null;
  const presence = runRules(
    enrolmentChecks,
    { demanded, purpose: occasion.purpose, format: evidence?.format ?? null, registration },
    context.judge.rules,
  );
  const integrity = runRules(
    playIntegrityChecks,
    {
      ...{ demand: context.playIntegrity.demand, verdict: enrolment.verdict },
      format: evidence?.format ?? null,
    },
    context.judge.rules,
  );
  const csr = parseCsr(enrolment.csr);
  const spki = csr.parsed.ok ? csr.parsed.value.spki : null;
  const possession = appraise(context, occasion, { evidence: csr, expected: { nonce } });
  const question = evidence && questionOf(context, enrolment, evidence, spki);
  const result = question && appraise(context, occasion, question);
  const evidenceGood = result === null ? evidence === null : isAccepted(result);
  const about = verdictQuestionOf(context, enrolment);
  const verdict = about && appraise(context, occasion, about);
  return {
    accepted:
      allHold([...presence, ...integrity]) &&
      isAccepted(possession) &&
      evidenceGood &&
      (verdict === null || isAccepted(verdict)),
    judged: [
      ...judgedByRules([...presence, ...integrity]),
      ...judgedByPolicy(possession, context.policy),
      ...(result === null ? [] : judgedByPolicy(result, context.policy)),
      ...(verdict === null ? [] : judgedByPolicy(verdict, context.policy)),
    ],
    spki,
    protection: protectionOf(result),
    question,
    hardware: result !== null && isAccepted(result) ? hardwareOf(result) : null,
  };
}

// An assertion can only be asked about where a registration has the key that makes it.
function questionOf(
  context: Context,
  enrolment: EnrolmentCase,
  evidence: SubmittedEvidence,
  spki: Uint8Array | null,
): Question | null {
  const { rpId, referenceValues } = context;
  const { occasion, nonce, csr, registration, previousCounter } = enrolment;
  const bound = { rpId, purpose: occasion.purpose, nonce };
  const { appIds } = referenceValues;
  switch (evidence.format) {
    case 'android-key':
      return {
        evidence: parseAndroidKey(evidence.certificates.map(bytesOf)),
        expected: {
          // The key comes after the challenge, so the certificate itself binds it.
          challenge: enrolmentBinding(bound),
          packageNames: referenceValues.packageNames,
          signerDigests: referenceValues.signerDigests,
          ...(spki === null ? {} : { spki }),
        },
      };
    case 'app-attest-attestation':
      return {
        evidence: parseAppAttestAttestation(bytesOf(evidence.attestationObject)),
        expected: {
          appIds,
          keyId: bytesOf(evidence.keyId),
          clientDataHash: enrolmentBinding({ ...bound, csr }),
        },
      };
    case 'app-attest-assertion': {
      const key = registration?.appAttestKey ?? null;
      if (key === null) return null;
      return {
        evidence: parseAppAttestAssertion(bytesOf(evidence.assertion)),
        expected: {
          appIds,
          publicKey: key.publicKey,
          clientDataHash: enrolmentBinding({ ...bound, csr }),
          previousCounter,
        },
      };
    }
  }
}

// Both kinds are bound to the certification request, each in a field of its own.
function verdictQuestionOf(
  { rpId, referenceValues }: Context,
  { occasion, nonce, csr, verdict }: EnrolmentCase,
): Question | null {
  if (verdict === null || verdict === 'undecodable') return null;
  const bound = toBase64url(enrolmentBinding({ rpId, purpose: occasion.purpose, nonce, csr }));
  return {
    evidence: verdict,
    expected: {
      ...(verdict.form === 'classic-token' ? { nonce: bound } : { requestHash: bound }),
      packageNames: referenceValues.packageNames,
      certificateDigests: referenceValues.signerDigests.map((digest) =>
        toBase64url(fromHex(digest) ?? new Uint8Array()),
      ),
    },
  };
}

function isAccepted(result: AttestationResult): boolean {
  return result.verdict === 'accepted';
}

function protectionOf(result: AttestationResult | null): KeyProtection {
  const claim = result?.claims['keyProtection'];
  return claim === 'attested' || claim === 'vouched' ? claim : 'none';
}

const LEVELS: Readonly<Record<SecurityLevel, AttestedLevel>> = {
  SOFTWARE: 'software',
  TRUSTED_ENVIRONMENT: 'tee',
  STRONG_BOX: 'strongbox',
};

// App Attest is for keys of the Secure Enclave only, and tells nothing of the system's patches.
function hardwareOf({ format, claims }: AttestationResult): AttestedHardware | null {
  if (format === 'app-attest-attestation') return { level: 'secure-enclave', patchLevel: null };
  const stated = SECURITY_LEVELS.find((level) => level === claims['keyLevel']);
  if (stated === undefined) return null;
  const patchLevel = claims['patchLevel'];
  return {
    level: LEVELS[stated],
    patchLevel: typeof patchLevel === 'number' ? patchLevel : null,
  };
}

/** The platform whose evidence was asked about. */
export function platformOf(question: Question | null): Registration['platform'] {
  if (question === null) return null;
  return question.evidence.format === 'android-key' ? 'android' : 'ios';
}

/** The App Attest key of an attestation that parses. */
export function appAttestKeyOf(question: Question | null): AppAttestKey | null {
  if (question?.evidence.format !== 'app-attest-attestation') return null;
  const { parsed } = question.evidence;
  if (!parsed.ok) return null;
  const { publicKey } = parsed.value.authData;
  return { keyId: appAttestKeyId(publicKey), publicKey };
}
