import type { ProfileS, SignedRequestEvidence } from '../../evidence/signed-request/index.js';
import type { RegisteredKey, SignedRequestExpected } from '../expected.js';
import type { Appraisal } from '../format.js';
import { parsedValue } from '../parsed-value.js';

/** A signed request under appraisal. */
export type SignedRequestSubject = Appraisal<SignedRequestEvidence, SignedRequestExpected>;

/** What the request says; only where it parsed. */
export function profileOf(subject: SignedRequestSubject): ProfileS {
  return parsedValue(subject.evidence.parsed);
}

/** The registered key; only where there is one. */
export function keyOf(subject: SignedRequestSubject): RegisteredKey {
  const { key } = subject.expected;
  if (key === null) throw new Error('a check ran without a registered key');
  return key;
}
