import { CHECK_IDS, type CheckId } from '../verifier/check-ids.js';
import type { Demand } from '../verifier/policy.js';
import type { CheckResult } from '../verifier/result.js';

/** Refusals that no check stands behind: the request did not get as far as a judgement. */
export const SERVICE_CODES = {
  malformed: 400,
  token_required: 401,
  not_found: 404,
  request_timeout: 408,
  request_in_progress: 409,
  body_too_large: 413,
  content_type_unsupported: 415,
  authority_unknown: 421,
  headers_too_large: 431,
  internal: 500,
  issuer_unavailable: 503,
} as const;

/** A code of the table above. */
export type ServiceCode = keyof typeof SERVICE_CODES;

/** Every code that a refusal may carry. */
export type RefusalCode = ServiceCode | (typeof CHECK_IDS)[CheckId]['refusal'];

/** A check with what was demanded of it. */
export interface JudgedCheck {
  readonly check: CheckResult;
  readonly demand: Demand;
}

/** A refusal by judgement: one code for programs, every check for people. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly status: number;
  /** The check that the code speaks for. */
  readonly primary: CheckResult;
  readonly checks: readonly CheckResult[];
}

/** The refusal that `judged` leads to; call it only where they do not lead to acceptance. */
export function refusalOf(judged: readonly JudgedCheck[]): Refusal {
  const primary = primaryCheck(judged);
  const identity = /^(?:client-certificate|handshake)\//.test(primary.id);
  return {
    code: CHECK_IDS[primary.id].refusal,
    status: identity ? 401 : 403,
    primary,
    checks: judged.map(({ check }) => check),
  };
}

// Lists are in the order in which refusals are named. What failed comes before what could not be
// decided, and a cause before what it blocked.
function primaryCheck(judged: readonly JudgedCheck[]): CheckResult {
  const demanded = judged.filter(({ demand }) => demand !== 'reported');
  for (const status of ['failed', 'undetermined', 'blocked'] as const) {
    const found = demanded.find(({ check }) => check.status === status);
    if (found !== undefined) return found.check;
  }
  const skipped = demanded.find(
    ({ check, demand }) => demand === 'required' && check.status !== 'passed',
  );
  const last = skipped ?? judged.at(-1);
  if (last === undefined) throw new Error('nothing was judged, so nothing can be refused for it');
  return last.check;
}
