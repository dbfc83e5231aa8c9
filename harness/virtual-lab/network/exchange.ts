import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { SendFailure, socketFailure, STEP_TIMEOUT_MS } from './send-failure.js';

interface HttpMessage {
  readonly method: string;
  readonly authority: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Bytes of a body; half of what an answer of the probe can carry, since base64url makes it grow. */
const MAX_BODY_BYTES = 524_288;

/** One HTTP/1.1 request and its answer. */
export function exchange(socket: TLSSocket, message: HttpMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      // With `agent: false` Node would make an agent, which opens a connection of its own.
      createConnection: () => socket,
      method: message.method,
      path: message.target,
      headers: headersOf(message).flat(),
    });
    const fail = (error: Error): void => {
      reject(error instanceof SendFailure ? error : socketFailure('application', error));
    };
    request.setTimeout(STEP_TIMEOUT_MS, () => {
      request.destroy(new SendFailure('application', `no answer within ${STEP_TIMEOUT_MS} ms`));
    });
    request.once('error', fail);
    request.once('response', (response) => {
      readBody(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: pairs(response.rawHeaders), body });
      }, fail);
    });
    request.end(message.body);
  });
}

// Nothing is added that the app did not ask for, but for what HTTP/1.1 cannot do without.
function headersOf(message: HttpMessage): readonly (readonly [string, string])[] {
  const has = (name: string): boolean =>
    message.headers.some(([sent]) => sent.toLowerCase() === name);
  const needsLength = message.body.length > 0 || !['GET', 'HEAD'].includes(message.method);
  const length: [string, string] = ['content-length', String(message.body.length)];
  return [
    ...(has('host') ? [] : [['host', message.authority] as const]),
    ...message.headers,
    ...(needsLength && !has('content-length') ? [length] : []),
    ...(has('connection') ? [] : [['connection', 'close'] as const]),
  ];
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new SendFailure('application', `a body of more than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [
    raw[2 * index] ?? '',
    raw[2 * index + 1] ?? '',
  ]);
}
