import {
  Agent as HttpAgent,
  request as httpRequest,
  type Agent,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { z } from 'zod';
import {
  PHONE_ACTIONS,
  phoneProblemSchema,
  type PhoneAction,
  type PhoneAnswer,
  type PhoneProblem,
  type PhoneRequest,
} from './phone-host-protocol.js';

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

interface Door {
  readonly token: string;
  readonly agent: Agent;
}

async function post(
  url: string,
  door: Door,
  body: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const { status, text } = await exchange(url, door, JSON.stringify(body));
    return { status, body: JSON.parse(text) as unknown };
  } catch (error) {
    throw new PhoneHostError('unreachable', `the phone host: ${String(error)}`);
  }
}

// Node's own client, which follows no redirect: `fetch` costs several times as much, and every command
// of every session comes by here.
function exchange(
  url: string,
  { token, agent }: Door,
  text: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      textOf(response).then((answered) => {
        resolve({ status: response.statusCode ?? 0, text: answered });
      }, reject);
    });
    sent.once('error', reject);
    sent.end(text);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function answerSchema<Action extends PhoneAction>(action: Action): z.ZodType<PhoneAnswer<Action>> {
  // The table pairs each action with its own schemas; indexing it by a type variable loses that.
  return PHONE_ACTIONS[action].answer as unknown as z.ZodType<PhoneAnswer<Action>>;
}
