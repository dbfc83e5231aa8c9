import type { CertificationRequest, CsrEvidence } from '../../evidence/csr/index.js';
import type { CsrExpected } from '../expected.js';
import type { Appraisal } from '../format.js';
import { parsedValue } from '../parsed-value.js';

/** A certification request under appraisal. */
export type CsrSubject = Appraisal<CsrEvidence, CsrExpected>;

/** What the request says; only where it parsed. */
export function requestOf(subject: CsrSubject): CertificationRequest {
  return parsedValue(subject.evidence.parsed);
}
