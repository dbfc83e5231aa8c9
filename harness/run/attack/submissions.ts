import { randomBytes } from 'node:crypto';
import { toBase64url } from '../../encoding/bytes.js';
import type { EnrolmentPurpose } from '../../evidence/formats/index.js';
import {
  bytesOf,
  challengeReplySchema,
  type ClientIdentity,
  type SubmittedEvidence,
} from '../../relying-party/index.js';
import { post, valueOf, type Answered, type Target } from './target.js';

/** A challenge of the target, and the way to answer it. */
export interface OpenChallenge {
  readonly nonce: Uint8Array;
  readonly purpose: EnrolmentPurpose;
  submit(csr: Uint8Array, evidence: SubmittedEvidence): Promise<Answered>;
}

/** Where keys are submitted with their evidence. */
export interface SubmissionRoute {
  /** Asks for a challenge; throws where there is none to be had. */
  open(): Promise<OpenChallenge>;
}

/** First enrolments, each of a subject that the target has never seen. */
export function enrolmentRoute(target: Target): SubmissionRoute {
  const transport = target.transport();
  return {
    async open() {
      const subject = `attack-${randomBytes(9).toString('hex')}`;
      const asked = { subject, purpose: 'tls' };
      const issued = await post(transport, `${target.enrolUrl}/v1/challenges`, asked);
      const { challenge } = valueOf(issued, challengeReplySchema);
      return {
        ...{ nonce: bytesOf(challenge), purpose: 'tls' },
        submit: (csr, evidence) =>
          post(transport, `${target.enrolUrl}/v1/enrolments`, {
            ...{ subject, challenge, evidence, csr: toBase64url(csr) },
          }),
      };
    },
  };
}

/** Signing keys of a registration, over its own connection. */
export function signingKeyRoute(target: Target, identity: ClientIdentity): SubmissionRoute {
  const transport = target.transport(identity);
  return {
    async open() {
      const asked = { purpose: 'sign' };
      const issued = await post(transport, `${target.apiUrl}/v1/challenges`, asked);
      const { challenge } = valueOf(issued, challengeReplySchema);
      return {
        ...{ nonce: bytesOf(challenge), purpose: 'sign' },
        submit: (csr, evidence) =>
          post(transport, `${target.apiUrl}/v1/signing-keys`, {
            ...{ challenge, evidence, csr: toBase64url(csr) },
          }),
      };
    },
  };
}

/** An Android chain as it is submitted. */
export function androidEvidence(chain: readonly Uint8Array[]): SubmittedEvidence {
  return { format: 'android-key', certificates: chain.map(toBase64url) };
}

/** An App Attest attestation as it is submitted. */
export function attestationEvidence(submission: {
  readonly object: Uint8Array;
  readonly keyId: Uint8Array;
}): SubmittedEvidence {
  return {
    format: 'app-attest-attestation',
    attestationObject: toBase64url(submission.object),
    keyId: toBase64url(submission.keyId),
  };
}

/** An App Attest assertion as it is submitted. */
export function assertionEvidence(assertion: Uint8Array): SubmittedEvidence {
  return { format: 'app-attest-assertion', assertion: toBase64url(assertion) };
}
