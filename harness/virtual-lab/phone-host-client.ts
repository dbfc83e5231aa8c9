import {
  PHONE_ACTIONS,
  phoneProblemSchema,
  type PhoneAction,
  type PhoneAnswer,
  type PhoneProblem,
  type PhoneRequest,
} from './phone-host-protocol.js';
import type { z } from 'zod';

/** A phone host's "no". */
export class PhoneHostError extends Error {
  readonly code: PhoneProblem['code'] | 'unreachable';

  constructor(code: PhoneHostError['code'], message: string) {
    super(message);
    this.name = 'PhoneHostError';
    this.code = code;
  }
}

/** One phone behind a phone host, for a face in another process. */
export interface RemotePhone {
  do<Action extends PhoneAction>(
    action: Action,
    request: PhoneRequest<Action>,
  ): Promise<PhoneAnswer<Action>>;
}

/** Where a phone is, and what lets one in. */
export interface RemotePhoneAddress {
  readonly hostUrl: string;
  readonly token: string;
  readonly udid: string;
}

/** A phone behind a phone host. The token goes to the loopback interface and to HTTPS alone. */
export function remotePhone({ hostUrl, token, udid }: RemotePhoneAddress): RemotePhone {
  if (!isTokenSafe(hostUrl)) {
    throw new PhoneHostError('unreachable', `${hostUrl} is neither HTTPS nor the loopback host`);
  }
  const base = `${hostUrl.replace(/\/$/, '')}/phones/${encodeURIComponent(udid)}`;
  return {
    async do(action, request) {
      const { status, body } = await post(`${base}/${action}`, token, request);
      if (status === 200) return answerSchema(action).parse(body);
      const told = phoneProblemSchema.safeParse(body).data;
      throw new PhoneHostError(
        told?.code ?? 'unreachable',
        told?.message ?? `the phone host answered ${status}`,
      );
    },
  };
}

function isTokenSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
}

async function post(
  url: string,
  token: string,
  request: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    throw new PhoneHostError('unreachable', `the phone host: ${String(error)}`);
  }
}

function answerSchema<Action extends PhoneAction>(action: Action): z.ZodType<PhoneAnswer<Action>> {
  // The table pairs each action with its own schemas; indexing it by a type variable loses that.
  return PHONE_ACTIONS[action].answer as unknown as z.ZodType<PhoneAnswer<Action>>;
}
