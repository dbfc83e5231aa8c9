import type { SignedRequestEvidence } from '../../evidence/signed-request/index.js';
import type { Check } from '../check.js';
import type { SignedRequestExpected } from '../expected.js';
import { formatVerifier } from '../format.js';
import { appMatches, assertionCounterIncreased } from './checks/assertion.js';
import {
  counterNotReplayed,
  counterNotRolledBack,
  epochCurrent,
  timestampNotAhead,
  timestampNotStale,
} from './checks/freshness.js';
import {
  algorithmAllowed,
  componentsCovered,
  digestMatches,
  signatureEncoding,
  wellFormed,
} from './checks/form.js';
import { keyBound, keyKnown, signatureVerifies } from './checks/key.js';
import { claims } from './claims.js';
import type { SignedRequestSubject } from './subject.js';

/** Checks in the order in which a relying party names its reason for refusing. */
const checks: readonly Check<SignedRequestSubject>[] = [
  wellFormed,
  keyKnown,
  keyBound,
  digestMatches,
  algorithmAllowed,
  componentsCovered,
  signatureEncoding,
  signatureVerifies,
  appMatches,
  epochCurrent,
  timestampNotStale,
  timestampNotAhead,
  counterNotReplayed,
  counterNotRolledBack,
  assertionCounterIncreased,
];

/** Requests signed with profile S or R. */
export const signedRequest = formatVerifier<
  SignedRequestEvidence,
  SignedRequestExpected,
  SignedRequestSubject
>({
  format: 'signed-request',
  checks,
  prepare: (appraisal) => appraisal,
  claims: ({ evidence }) => claims(evidence),
});
