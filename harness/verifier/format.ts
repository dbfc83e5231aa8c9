import type { TrustSet } from '../trust/trust-set.js';
import type { Check } from './check.js';
import { runChecks } from './engine.js';
import type { SignatureMemo } from './memo.js';
import type { AppraisalPolicy } from './policy.js';
import type { CheckResult, Claims } from './result.js';

/** Everything that one appraisal may look at. Nothing else exists for a check: no clock, no files. */
export interface Appraisal<Evidence, Expected> {
  readonly evidence: Evidence;
  readonly expected: Expected;
  readonly policy: AppraisalPolicy;
  readonly trust: TrustSet;
  readonly now: Date;
  /** Good signatures remembered from before, or null. */
  readonly memo: SignatureMemo | null;
}

/** How one format of evidence is appraised. */
export interface FormatVerifier<Evidence, Expected> {
  readonly format: string;
  /** Every check in its fixed order, for lists and descriptions. */
  readonly checks: readonly Check<never>[];
  run(appraisal: Appraisal<Evidence, Expected>): {
    readonly checks: readonly CheckResult[];
    readonly claims: Claims;
  };
}

/** A format from its checks and claims; `prepare` makes, once, what all its checks look at. */
export function formatVerifier<Evidence, Expected, Subject>(format: {
  readonly format: string;
  readonly checks: readonly Check<Subject>[];
  readonly prepare: (appraisal: Appraisal<Evidence, Expected>) => Subject;
  readonly claims: (subject: Subject) => Claims;
}): FormatVerifier<Evidence, Expected> {
  return {
    format: format.format,
    checks: format.checks,
    run(appraisal) {
      const subject = format.prepare(appraisal);
      return { checks: runChecks(format.checks, subject), claims: format.claims(subject) };
    },
  };
}
