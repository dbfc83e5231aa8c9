import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseDeepLink, urlLink } from '../../../harness/probe/deep-link.js';
import { startRequestHost, type RequestHost } from '../../../harness/probe/index.js';
import { deepLinkOf, withLink } from './deep-link-command.js';
import type { RecordedCommand } from './recording.js';

/** Stands before an Appium server for one phone, and keeps what its session asks. */
export interface Recorder {
  readonly port: number;
  readonly commands: readonly RecordedCommand[];
  close(): Promise<void>;
}

interface Target {
  readonly hostname: string;
  readonly port: number;
}

interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Starts one. It answers with what Appium answers. */
export async function startRecorder(appium: Target): Promise<Recorder> {
  const commands: RecordedCommand[] = [];
  const agent = new Agent({ keepAlive: true });
  const requests = await startRequestHost();
  const server = createServer((asked, response) => {
    pass(asked, { appium, agent, requests, commands }).then(
      (reply) => {
        answer(response, reply);
      },
      (error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    async close() {
      agent.destroy();
      await requests.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function pass(
  asked: IncomingMessage,
  parts: {
    readonly appium: Target;
    readonly agent: Agent;
    readonly requests: RequestHost;
    readonly commands: RecordedCommand[];
  },
): Promise<Reply> {
  const { method = '', url = '' } = asked;
  const text = (await read(asked)).toString();
  const path = /^\/session\/[^/]+(\/.+)$/.exec(url)?.[1];
  const sent: unknown = text === '' ? null : JSON.parse(text);
  const { body, hosted } = await hostedHere(sent, parts.requests);
  const reply = await forward({ method, url, body }, parts);
  // The session itself is opened and ended by the test runner.
  if (path !== undefined) {
    parts.commands.push({ method, path, body: sent, hosted, done: reply.status === 200 });
  }
  return reply;
}

// A one-time URL is spent by whoever reads it, so the phone is given one of the recorder's own.
async function hostedHere(
  body: unknown,
  requests: RequestHost,
): Promise<{ readonly body: unknown; readonly hosted: string | null }> {
  const command = deepLinkOf(body);
  const link = command === null ? null : parseDeepLink(command.url);
  if (command === null || link?.kind !== 'url') return { body, hosted: null };
  const hosted = await (await fetch(link.url)).text();
  const url = urlLink(requests.publish(hosted), link.id);
  return { body: withLink(command, url), hosted };
}

function forward(
  asked: { readonly method: string; readonly url: string; readonly body: unknown },
  { appium, agent }: { readonly appium: Target; readonly agent: Agent },
): Promise<Reply> {
  const bytes = asked.body === null ? null : Buffer.from(JSON.stringify(asked.body));
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ hostname: appium.hostname, port: appium.port, agent },
      ...{ method: asked.method, path: asked.url },
      headers:
        bytes === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': bytes.length },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const contentType = response.headers['content-type'] ?? 'application/json';
      read(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, contentType, body });
      }, reject);
    });
    sent.end(bytes ?? undefined);
  });
}

function answer(response: ServerResponse, { status, contentType, body }: Reply): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
