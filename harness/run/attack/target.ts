import { z } from 'zod';
import { utf8, utf8Text } from '../../encoding/bytes.js';
import { HarnessError } from '../../errors.js';
import {
  httpsTransport,
  type ClientIdentity,
  type Transport,
  type TransportRequest,
} from '../../relying-party/index.js';

/** A backend that speaks the interface of `openapi.json`. */
export interface Target {
  /** Origin that takes first enrolments. */
  readonly enrolUrl: string;
  /** Origin that takes what registered phones send, over mutual TLS. */
  readonly apiUrl: string;
  /** This process's TLS to it, with a phone's certificate where one is given. */
  transport(identity?: ClientIdentity): Transport;
}

/** What became of one request. */
export type Answered =
  | { readonly outcome: 'accepted'; readonly status: number; readonly body: Uint8Array }
  /** `code` is null where the answer is no problem of RFC 9457 with a code. */
  | { readonly outcome: 'refused'; readonly status: number; readonly code: string | null }
  /** Nothing was judged: no answer, or one that judges nothing. `status` is null without an answer. */
  | { readonly outcome: 'failed'; readonly status: number | null; readonly reason: string };

// Too slow, in each other's way, too many: the target did not get as far as a judgement.
const NO_JUDGEMENT: readonly number[] = [408, 409, 429];

/** A target at these origins, whose certificates come from `anchors` (DER). */
export function targetAt(options: {
  readonly enrolUrl: string;
  readonly apiUrl: string;
  readonly anchors: readonly Uint8Array[];
}): Target {
  const { enrolUrl, apiUrl, anchors } = options;
  return {
    ...{ enrolUrl, apiUrl },
    transport: (identity) =>
      httpsTransport({ anchors, ...(identity === undefined ? {} : { identity }) }),
  };
}

/** Sends a request and says what became of it. */
export async function send(transport: Transport, request: TransportRequest): Promise<Answered> {
  try {
    const { status, body } = await transport(request);
    if (status >= 200 && status < 300) return { outcome: 'accepted', status, body };
    if (status < 400 || status >= 500 || NO_JUDGEMENT.includes(status)) {
      return { outcome: 'failed', status, reason: codeOf(body) ?? 'an answer that judges nothing' };
    }
    return { outcome: 'refused', status, code: codeOf(body) };
  } catch (error) {
    return { outcome: 'failed', status: null, reason: brokenWire(error) };
  }
}

/** Posts JSON, as every route but that of signed requests takes it. */
export function post(transport: Transport, url: string, body: unknown): Promise<Answered> {
  const headers = [['content-type', 'application/json']] as const;
  return send(transport, { method: 'POST', url, headers, body: utf8(JSON.stringify(body)) });
}

/** The value of an accepted answer; throws where it was not accepted, or is not what was asked for. */
export function valueOf<Value>(answer: Answered, schema: z.ZodType<Value>): Value {
  if (answer.outcome !== 'accepted') {
    throw new HarnessError(
      'ERR_RELYING_PARTY',
      `a genuine request was not accepted: ${inWords(answer)}`,
    );
  }
  const value = schema.safeParse(jsonOf(answer.body));
  if (value.success) return value.data;
  const problem = z.prettifyError(value.error);
  throw new HarnessError('ERR_RELYING_PARTY', `an answer with status ${answer.status}: ${problem}`);
}

/** An answer in a few words: its status, and its code or what was wrong with it. */
export function inWords(answer: Answered): string {
  switch (answer.outcome) {
    case 'accepted':
      return String(answer.status);
    case 'refused':
      return `${answer.status} ${answer.code ?? 'without a code'}`;
    case 'failed':
      return answer.status === null ? answer.reason : `${answer.status} ${answer.reason}`;
  }
}

/** The message of an error of the wire or of the target; any other error is a bug and goes on. */
export function brokenWire(error: unknown): string {
  if (error instanceof HarnessError && error.code === 'ERR_RELYING_PARTY') return error.message;
  throw error;
}

function codeOf(body: Uint8Array): string | null {
  const problem = z.looseObject({ code: z.string() }).safeParse(jsonOf(body));
  return problem.success ? problem.data.code : null;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(body) ?? '');
  } catch {
    return undefined;
  }
}
