import { z } from 'zod';
import { utf8, utf8Text } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import {
  challengeReplySchema,
  enrolmentReplySchema,
  problemSchema,
  signingKeyReplySchema,
  timeReplySchema,
  type EnrolmentRequest,
  type Problem,
  type RenewalRequest,
  type SigningKeyRequest,
} from './schemas.js';
import type { Transport, TransportResponse } from './transport.js';

/** What the relying party answered: what was asked for, or a refusal with its code. */
export type Answer<Value> =
  | { readonly outcome: 'accepted'; readonly status: number; readonly value: Value }
  | { readonly outcome: 'refused'; readonly status: number; readonly problem: Problem };

/** A challenge, base64url, and its end. */
export type IssuedChallenge = z.output<typeof challengeReplySchema>;
/** A registration and its certificate chain, leaf first, base64url. */
export type EnrolledPhone = z.output<typeof enrolmentReplySchema>;
/** A signing key's id and epoch. */
export type RegisteredSigningKey = z.output<typeof signingKeyReplySchema>;

/** The relying party's interface as its clients see it. */
export interface RelyingPartyClient {
  time(): Promise<Answer<{ readonly now: string; readonly nowMs: number }>>;
  /** Over the enrolment listener. */
  requestTlsChallenge(subject: string): Promise<Answer<IssuedChallenge>>;
  /** Over the enrolment listener. */
  enrol(request: EnrolmentRequest): Promise<Answer<EnrolledPhone>>;
  /** Over the registration's own connection. */
  requestSignChallenge(): Promise<Answer<IssuedChallenge>>;
  /** Over the registration's own connection. */
  registerSigningKey(request: SigningKeyRequest): Promise<Answer<RegisteredSigningKey>>;
  /** Over the registration's own connection. */
  requestRenewalChallenge(): Promise<Answer<IssuedChallenge>>;
  /** Over the registration's own connection: a new connection key for the same registration. */
  renew(request: RenewalRequest): Promise<Answer<EnrolledPhone>>;
}

/** A client of one listener. `transport` may be this process's own TLS or a phone's. */
export function createRelyingPartyClient(options: {
  /** Origin of the listener. */
  readonly url: string;
  readonly transport: Transport;
}): RelyingPartyClient {
  const call = async <Value>(
    method: 'GET' | 'POST',
    path: string,
    schema: z.ZodType<Value>,
    body?: unknown,
  ): Promise<Answer<Value>> => {
    const response = await options.transport({
      method,
      url: `${options.url}${path}`,
      headers: body === undefined ? [] : [['content-type', 'application/json']],
      body: body === undefined ? new Uint8Array() : utf8(JSON.stringify(body)),
    });
    return readAnswer(response, schema);
  };
  return {
    time: () => call('GET', '/v1/time', timeReplySchema),
    requestTlsChallenge: (subject) =>
      call('POST', '/v1/challenges', challengeReplySchema, { subject, purpose: 'tls' }),
    enrol: (request) => call('POST', '/v1/enrolments', enrolmentReplySchema, request),
    requestSignChallenge: () =>
      call('POST', '/v1/challenges', challengeReplySchema, { purpose: 'sign' }),
    registerSigningKey: (request) =>
      call('POST', '/v1/signing-keys', signingKeyReplySchema, request),
    requestRenewalChallenge: () =>
      call('POST', '/v1/challenges', challengeReplySchema, { purpose: 'tls' }),
    renew: (request) => call('POST', '/v1/renewals', enrolmentReplySchema, request),
  };
}

/**
 * Reads an answer of the relying party. One that is neither what was asked for nor a refusal, or that
 * says the relying party itself failed, breaks the run: nothing was judged.
 */
export function readAnswer<Value>(
  response: TransportResponse,
  schema: z.ZodType<Value>,
): Answer<Value> {
  const { status } = response;
  const json = parseJson(response.body);
  if (status >= 200 && status < 300) {
    const value = schema.safeParse(json);
    if (value.success) return { outcome: 'accepted', status, value: value.data };
    throw unreadable(status, z.prettifyError(value.error));
  }
  const problem = problemSchema.safeParse(json);
  if (!problem.success) throw unreadable(status, z.prettifyError(problem.error));
  if (status >= 500) throw unreadable(status, problem.data.detail ?? problem.data.title);
  return { outcome: 'refused', status, problem: problem.data };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(body) ?? '');
  } catch {
    return undefined;
  }
}

function unreadable(status: number, why: string): HarnessError {
  return new HarnessError('ERR_RELYING_PARTY', `an answer with status ${status}: ${why}`);
}
