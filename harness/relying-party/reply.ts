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
  addressee: Addressee & {
    readonly registrationId?: string;
    readonly checks?: readonly CheckResult[];
  } = {},
): Reply {
  return {
    status,
    contentType: 'application/json',
    body: JSON.stringify(body),
    code: null,
    subject: addressee.subject ?? null,
    registrationId: addressee.registrationId ?? null,
    keyId: addressee.keyId ?? null,
    checks: addressee.checks ?? [],
  };
}

/** What a refusal for its timestamp tells a client, so that it can correct its clock. */
export interface Clocks {
  readonly nowMs: number;
  /** The time that the request states. */
  readonly statedMs: bigint;
}

/** The reply to a request that was judged and refused; `clocks` are told of refusals for the time alone. */
export function refused(
  refusal: Refusal,
  addressee: Addressee = {},
  clocks: Clocks | null = null,
): Reply {
  const { code, status, primary, checks } = refusal;
  const isForTime = code === 'timestamp_stale' || code === 'timestamp_future';
  const correction = clocks !== null && isForTime ? correctionOf(clocks) : {};
  return {
    ...problemReply({ ...{ code, status, checks, correction }, detail: explain(primary) }),
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

/** A reply with further members (RFC 9457, 3.2): what clients do not know of they leave alone. */
export function withMembers(reply: Reply, members: Readonly<Record<string, unknown>>): Reply {
  const own = JSON.parse(reply.body) as Readonly<Record<string, unknown>>;
  return { ...reply, body: JSON.stringify({ ...own, ...members }) };
}

type Correction = Pick<Problem, 'nowMs' | 'clockOffsetMs'>;

// A stated time can be any number of 64 bits; one that JSON's numbers do not hold is no clock's.
function correctionOf({ nowMs, statedMs }: Clocks): Correction {
  const offsetMs = Number(BigInt(nowMs) - statedMs);
  return { nowMs, ...(Number.isSafeInteger(offsetMs) ? { clockOffsetMs: offsetMs } : {}) };
}

function problemReply(given: {
  readonly code: RefusalCode;
  readonly status: number;
  readonly detail: string;
  readonly checks?: readonly CheckResult[];
  readonly correction?: Correction;
}): Reply {
  const { code, status, detail, checks, correction } = given;
  const problem: Problem = {
    type: `urn:attestlab:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    code,
    detail,
    ...(checks === undefined ? {} : { checks: [...checks] }),
    ...correction,
  };
  return {
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify(problem),
    code,
    subject: null,
    registrationId: null,
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
