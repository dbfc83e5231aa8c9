import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Server, ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { HarnessError } from '../../errors.js';
import type { Context } from '../context.js';
import type { Listener } from '../events.js';
import { notJudged } from '../reply.js';
import type { Reply } from '../store.js';
import { Answering } from './answering.js';
import { hasHeaderNames, headerCount } from './raw-request.js';

/** Larger than any evidence; what is longer is refused unread. */
const BODY_LIMIT_BYTES = 512 * 1024;
/** How long a client may take; who is slower is answered `request_timeout` and let go. */
export interface Patience {
  /** For the handshake, and then for the head of a request. */
  readonly headMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** How often that is looked at. */
  readonly everyMs: number;
}

const PATIENCE: Patience = { headMs: 10_000, requestMs: 15_000, everyMs: 1_000 };

/** What the system says of an address that is not its own, and of a name that is no address. */
const NO_ADDRESSES: readonly string[] = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EINVAL'];

/** A fastify application over TLS. */
export type App = FastifyInstance<Server>;

/** A listener that is not listening yet. */
export interface UnboundListener {
  readonly app: App;
  readonly answering: Answering;
  /** Names and ports that requests may be addressed to; filled once the port is known. */
  readonly authorities: Set<string>;
}

/** Versions of TLS that a listener takes. */
export const TLS_VERSIONS = {
  '1.2': { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
  '1.3': { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' },
  both: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' },
} as const satisfies Record<string, ServerOptions>;

/** A key of the table above. */
export type TlsVersions = keyof typeof TLS_VERSIONS;

/** Makes one TLS listener with everything that is the same for all. */
export function createListener(
  context: Pick<Context, 'clock' | 'events'>,
  options: {
    readonly listener: Listener;
    readonly tls: ServerOptions;
    readonly versions: TlsVersions;
    readonly patience?: Patience;
  },
): UnboundListener {
  const { headMs, requestMs, everyMs } = options.patience ?? PATIENCE;
  const answering = new Answering(context, options.listener);
  const authorities = new Set<string>();
  const app: App = fastify({
    https: {
      ...options.tls,
      ...TLS_VERSIONS[options.versions],
      ...{ handshakeTimeout: headMs, headersTimeout: headMs },
      connectionsCheckingInterval: everyMs,
    },
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: requestMs,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    return503OnClosing: false,
    clientErrorHandler: answerBrokenHttp,
    frameworkErrors: (error, request, response) => {
      void answering.send(request, response, notJudged('malformed', error.message));
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answering.attachTo(app);
  // A request signed for another host must not be taken here, whoever signed it.
  app.addHook('onRequest', (request, response, done) => {
    const fault = addresseeFault(request.raw, authorities);
    if (fault === null) done();
    else answering.send(request, response, fault);
  });
  app.server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    context.events.onRefusedConnection?.({
      listener: options.listener,
      at: context.clock(),
      code: error.code ?? 'ERR_TLS',
      message: error.message,
    });
  });
  return { app, answering, authorities };
}

// Bytes that are no HTTP have no request that a reply could answer.
function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, contentType, body } = brokenHttp(error.code ?? '');
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      `content-type: ${contentType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function brokenHttp(code: string): Reply {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return notJudged('headers_too_large', 'the head of the request is longer than 16 KiB');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return notJudged('request_timeout', 'the request did not come in time');
    default:
      return notJudged('malformed', 'this is not HTTP/1.1');
  }
}

/** Starts to listen; answers the port. */
export async function listen(
  { app, authorities }: UnboundListener,
  options: {
    readonly address: string;
    readonly port: number;
    /** Names under which clients reach the listener; the port is added to each. */
    readonly hosts: readonly string[];
    readonly authorities: readonly string[];
  },
): Promise<number> {
  try {
    await app.listen({ host: options.address, port: options.port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const place = `${options.address}:${options.port}`;
    if (NO_ADDRESSES.includes(code)) {
      throw new HarnessError('ERR_USAGE', `${options.address} is no address of this machine`);
    }
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new HarnessError('ERR_PORT_IN_USE', `the relying party cannot listen on ${place}`, {
      cause: error,
    });
  }
  const { port } = app.server.address() as AddressInfo;
  for (const host of options.hosts) authorities.add(`${host}:${port}`);
  for (const authority of options.authorities) authorities.add(authority);
  return port;
}

/** Why a request cannot be taken for one to this listener; null where it can. */
function addresseeFault(request: IncomingMessage, authorities: ReadonlySet<string>): Reply | null {
  // What two readers of a request would each take otherwise.
  if (headerCount(request, 'host') > 1)
    return notJudged('malformed', 'a request has one Host header');
  if (!hasHeaderNames(request)) return notJudged('malformed', 'a header has a name that is none');
  if (authorities.has(request.headers.host ?? '')) return null;
  return notJudged('authority_unknown', 'the Host header names another authority');
}
