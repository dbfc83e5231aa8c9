import { p256PointOfSpki } from '../../encoding/cose.js';
import type { AppAttestAssertion } from '../../evidence/app-attest/index.js';
import { appAttestKeyId, keyId, type SignatureForm } from '../../evidence/formats/index.js';
import type { SignedRequest, SignedRequestEvidence } from '../../evidence/signed-request/index.js';
import type { AppAttestSigner, RegisteredKey, SignedRequestExpected } from '../expected.js';
import type { Appraisal } from '../format.js';
import { parsedValue } from '../parsed-value.js';

/** A signed request under appraisal. */
export type SignedRequestSubject = Appraisal<SignedRequestEvidence, SignedRequestExpected>;

/** What the request says; only where it parsed. */
export function profileOf(subject: SignedRequestSubject): SignedRequest {
  return parsedValue(subject.evidence.parsed);
}

/** The registered key; only where there is one. */
export function keyOf(subject: SignedRequestSubject): RegisteredKey {
  const { key } = subject.expected;
  if (key === null) throw new Error('a check ran without a registered key');
  return key;
}

/** The one form in which a registered key signs. */
export function formOf(key: RegisteredKey): SignatureForm {
  return key.appAttest === undefined ? 'ecdsa' : 'app-attest';
}

/** The id that a registered key has by its own bytes; null where an App Attest key is no P-256 point. */
export function ownKeyId({ spki, appAttest }: RegisteredKey): string | null {
  if (appAttest === undefined) return keyId(spki);
  const point = p256PointOfSpki(spki);
  return point && appAttestKeyId(point);
}

/** The assertion that signs the request and what is known of its key; null for a key of another form. */
export function assertedBy(
  subject: SignedRequestSubject,
): { readonly assertion: AppAttestAssertion; readonly signer: AppAttestSigner } | null {
  const { assertion } = profileOf(subject);
  const { appAttest: signer } = keyOf(subject);
  if (assertion === null || signer === undefined) return null;
  return { assertion: parsedValue(assertion), signer };
}
