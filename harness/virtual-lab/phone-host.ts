import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { equalBytes, toBase64url, utf8 } from '../encoding/bytes.js';
import { InstallError } from './apps.js';
import { ACTS } from './phone-actions.js';
import {
  MAX_PHONE_REQUEST_BYTES,
  PHONE_ACTIONS,
  type PhoneAction,
  type PhoneProblem,
} from './phone-host-protocol.js';
import type { VirtualPhone } from './phone.js';

/** Where faces in other processes find the phones of a lab. */
export interface PhoneHost {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

/** Serves phones on the loopback interface to whoever holds the token. */
export async function startPhoneHost(
  phones: ReadonlyMap<string, VirtualPhone>,
): Promise<PhoneHost> {
  const token = toBase64url(randomBytes(32));
  const server = createServer((request, response) => {
    reply(request, { phones, token }).then(
      ({ status, body }) => {
        send(response, status, body);
      },
      (error: unknown) => {
        // The reader went away, or the model has a bug: either way this request has no answer.
        response.destroy(error instanceof Error ? error : undefined);
      },
    );
  });
  // A face keeps its connections: one that were closed while a command is on its way would look like
  // a phone that is gone.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Served {
  readonly phones: ReadonlyMap<string, VirtualPhone>;
  readonly token: string;
}

async function reply(request: IncomingMessage, { phones, token }: Served): Promise<Reply> {
  if (!equalBytes(utf8(request.headers.authorization ?? ''), utf8(`Bearer ${token}`))) {
    return problem(401, 'unauthorized', 'the token is missing or wrong');
  }
  const [, udid, action] = /^\/phones\/([^/]+)\/([a-z-]+)$/.exec(request.url ?? '') ?? [];
  const phone = phones.get(decodeURIComponent(udid ?? ''));
  if (request.method !== 'POST' || phone === undefined || !isAction(action)) {
    return problem(404, 'not-found', `no ${request.method ?? ''} ${request.url ?? ''} here`);
  }
  if (phone.faults.strikes('offline')) {
    return problem(503, 'offline', `${phone.spec.udid} is not connected`);
  }
  return perform(phone, action, parseJson(await readBody(request)));
}

function perform(phone: VirtualPhone, action: PhoneAction, body: unknown): Reply {
  const parsed = PHONE_ACTIONS[action].request.safeParse(body);
  if (!parsed.success) return problem(400, 'invalid', parsed.error.message);
  try {
    // The tables pair each action with its own request; a union of names loses that.
    const act = ACTS[action] as (phone: VirtualPhone, request: object) => object;
    return { status: 200, body: act(phone, parsed.data) };
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    return problem(409, 'install-refused', error.message);
  }
}

function isAction(text: string | undefined): text is PhoneAction {
  return text !== undefined && Object.hasOwn(PHONE_ACTIONS, text);
}

function problem(status: number, code: PhoneProblem['code'], message: string): Reply {
  return { status, body: { code, message } satisfies PhoneProblem };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_PHONE_REQUEST_BYTES) throw new RangeError('a request that is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
