import { request as httpRequest, type Agent, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** How one gets in: with a token, over connections that the agent keeps. */
export interface BearerAccess {
  readonly token: string;
  readonly agent: Agent;
}

/** What was answered. */
export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Posts JSON text and resolves to the answer whatever its status; rejects where there is none. Node's
 * own client, which follows no redirect: every command and every question of a run comes by here, and
 * `fetch` costs several times as much.
 */
export function postText(
  url: string,
  { token, agent }: BearerAccess,
  text: string,
): Promise<TextAnswer> {
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
