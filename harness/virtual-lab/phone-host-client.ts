import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { z } from 'zod';
import {
  PHONE_ACTIONS,
  phoneProblemSchema,
  type PhoneAction,
  type PhoneAnswer,
  type PhoneProblem,
  type PhoneRequest,
} from './phone-host-protocol.js';
import { postText, type BearerAccess } from './post-text.js';

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
  const agent = hostUrl.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true })
    : new HttpAgent({ keepAlive: true });
  return {
    async do(action, request) {
      const { status, body } = await post(`${base}/${action}`, { token, agent }, request);
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
  access: BearerAccess,
  body: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const { status, text } = await postText(url, access, JSON.stringify(body));
    return { status, body: JSON.parse(text) as unknown };
  } catch (error) {
    throw new PhoneHostError('unreachable', `the phone host: ${String(error)}`);
  }
}

function answerSchema<Action extends PhoneAction>(action: Action): z.ZodType<PhoneAnswer<Action>> {
  // The table pairs each action with its own schemas; indexing it by a type variable loses that.
  return PHONE_ACTIONS[action].answer as unknown as z.ZodType<PhoneAnswer<Action>>;
}
