import type { CheckId } from './check-ids.js';

/** What one check found. Exactly one status; the reasons are sentences for people. */
export type CheckFinding =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly expected: string; readonly actual: string }
  | { readonly status: 'undetermined'; readonly reason: string }
  | { readonly status: 'not-applicable'; readonly reason: string };

/** A check's id and what became of it; `blocked` names the checks that kept it from running. */
export type CheckResult = { readonly id: CheckId } & (
  CheckFinding | { readonly status: 'blocked'; readonly by: readonly CheckId[] }
);

/** `rejected`: a demanded check failed. `indeterminate`: one could not be decided. */
export type Verdict = 'accepted' | 'rejected' | 'indeterminate';

/** A claim as reports and `--json` show it. */
export type ClaimValue =
  | string
  | number
  | boolean
  | null
  | readonly ClaimValue[]
  | { readonly [name: string]: ClaimValue };

/** Claims by name; which names a format has is written at its `claims` function. */
export type Claims = Readonly<Record<string, ClaimValue>>;

/** What the verifier says of one piece of evidence (RFC 9334: Attestation Result). */
export interface AttestationResult {
  readonly format: string;
  readonly verdict: Verdict;
  /** Every check of the format, in its fixed order. */
  readonly checks: readonly CheckResult[];
  readonly claims: Claims;
  readonly policyId: string;
  /** ISO 8601, UTC: the time that was appraised for. */
  readonly now: string;
  readonly verifierVersion: string;
}

/** Ids of the checks that failed. */
export function failing(result: Pick<AttestationResult, 'checks'>): readonly CheckId[] {
  return withStatus(result, 'failed');
}

/** Ids of the checks with a status. */
export function withStatus(
  result: Pick<AttestationResult, 'checks'>,
  status: CheckResult['status'],
): readonly CheckId[] {
  return result.checks.filter((check) => check.status === status).map((check) => check.id);
}
