import type { CheckResult } from '../verifier/result.js';
import { SERVICE_CODES, type Refusal, type RefusalCode, type ServiceCode } from './refusal.js';
import type { Problem } from './schemas.js';
import type { Reply } from './store.js';

/** Whose request a reply answers, as far as it is known. */
export interface Addressee {
  readonly subject?: string;
  readonly keyId?: string;
}

/** An accepted request's reply. */
export function accepted(
  status: 200 | 201,
  body: Readonly<Record<string, unknown>>,
  addressee: Addressee & { readonly checks?: readonly CheckResult[] } = {},
): Reply {
  return {
    status,
    contentType: 'application/json',
    body: JSON.stringify(body),
    code: null,
    subject: addressee.subject ?? null,
    keyId: addressee.keyId ?? null,
    checks: addressee.checks ?? [],
  };
}

/** The reply to a request that was judged and refused. */
export function refused(refusal: Refusal, addressee: Addressee = {}): Reply {
  const { code, status, primary, checks } = refusal;
  return {
    ...problemReply({ code, status, detail: explain(primary), checks }),
    subject: addressee.subject ?? null,
    keyId: addressee.keyId ?? null,
  };
}

/** The reply to a request that did not get as far as a judgement. */
export function notJudged(code: ServiceCode, detail: string, addressee: Addressee = {}): Reply {
  return {
    ...problemReply({ code, status: SERVICE_CODES[code], detail }),
    subject: addressee.subject ?? null,
    keyId: addressee.keyId ?? null,
  };
}

function problemReply(given: {
  readonly code: RefusalCode;
  readonly status: number;
  readonly detail: string;
  readonly checks?: readonly CheckResult[];
}): Reply {
  const { code, status, detail, checks } = given;
  const problem: Problem = {
    type: `urn:attestlab:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    code,
    detail,
    ...(checks === undefined ? {} : { checks: [...checks] }),
  };
  return {
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify(problem),
    code,
    subject: null,
    keyId: null,
    checks: checks ?? [],
  };
}

function explain(check: CheckResult): string {
  switch (check.status) {
    case 'failed':
      return `${check.id}: expected ${check.expected}; got ${check.actual}`;
    case 'undetermined':
    case 'not-applicable':
      return `${check.id}: ${check.reason}`;
    case 'blocked':
      return `${check.id}: blocked by ${check.by.join(', ')}`;
    case 'passed':
      return `${check.id} passed, but the policy wants more`;
  }
}
