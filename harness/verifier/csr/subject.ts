import type { KeyObject } from 'node:crypto';
import { loadPublicKey } from '../../encoding/signature.js';
import type { CertificationRequest, CsrEvidence } from '../../evidence/csr/index.js';
import type { CsrExpected } from '../expected.js';
import type { Appraisal } from '../format.js';
import { parsedValue } from '../parsed-value.js';

/** A certification request under appraisal. */
export interface CsrSubject extends Appraisal<CsrEvidence, CsrExpected> {
  /** The key that a certificate is asked for; null where the request or the key does not load. */
  readonly key: KeyObject | null;
}

/** Loads the key once for all checks. */
export function prepareCsr(appraisal: Appraisal<CsrEvidence, CsrExpected>): CsrSubject {
  const { parsed } = appraisal.evidence;
  return { ...appraisal, key: parsed.ok ? loadPublicKey(parsed.value.spki) : null };
}

/** What the request says; only where it parsed. */
export function requestOf(subject: CsrSubject): CertificationRequest {
  return parsedValue(subject.evidence.parsed);
}
