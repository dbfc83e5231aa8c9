import { createHash, randomBytes } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { equalBytes, utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import {
  CONTROL_ROUTES,
  controlBodySchema,
  type ControlAnswer,
  type ControlRequest,
  type ControlRoute,
} from './control-protocol.js';

/** What the run does for each route. */
export type ControlHandlers = {
  readonly [Route in ControlRoute]: (
    request: ControlRequest<Route>,
  ) => ControlAnswer<Route> | Promise<ControlAnswer<Route>>;
};

/** The run's door for its workers. */
export interface ControlApi {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const KEEP_ALIVE_MS = 60 * 60_000;

/** Serves the routes on loopback, to whoever holds the token and to nobody else. */
export async function startControlApi(handlers: ControlHandlers): Promise<ControlApi> {
  const token = randomBytes(32).toString('base64url');
  const server = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    // A worker that says nothing for a while is waiting for its phone.
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.addHook('onRequest', async (request, reply) => {
    if (!isBearer(request.headers.authorization, token)) {
      await reply.code(401).send({ code: 'ERR_USAGE', message: 'the token is missing or wrong' });
    }
  });
  for (const route of Object.keys(CONTROL_ROUTES) as ControlRoute[]) {
    serve(server, route, handlers);
  }
  server.setErrorHandler(async (error, _request, reply) => {
    if (error instanceof UnfitRequest) {
      await reply.code(400).send({ code: 'ERR_USAGE', message: error.message });
      return;
    }
    await reply.code(500).send({
      code: error instanceof HarnessError ? error.code : 'ERR_UNEXPECTED',
      message: error instanceof Error ? error.message : String(error),
    });
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url, token, close: () => server.close() };
}

function serve(server: FastifyInstance, route: ControlRoute, handlers: ControlHandlers): void {
  server.post(`/v1/${route}`, async (request, reply) => {
    const { reports, asked } = parsed(route, controlBodySchema, request.body);
    for (const report of reports) await perform(report.route, report.request, handlers);
    await reply.send(await perform(route, asked, handlers));
  });
}

async function perform(
  route: ControlRoute,
  request: unknown,
  handlers: ControlHandlers,
): Promise<unknown> {
  // The table pairs each schema with its handler's argument; a union over the routes loses that.
  const handler = handlers[route] as (request: unknown) => unknown;
  const schema: z.ZodType = CONTROL_ROUTES[route].request;
  return await handler(parsed(route, schema, request));
}

/** A request that does not fit its schema: a bug of the worker's, or somebody else's request. */
class UnfitRequest extends Error {}

function parsed<Value>(route: ControlRoute, schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UnfitRequest(`${route}: ${result.error.message}`);
}

// Digests are of equal length, so that the comparison tells nothing about the token's.
function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string): Uint8Array => createHash('sha256').update(utf8(text)).digest();
  return equalBytes(digest(header ?? ''), digest(`Bearer ${token}`));
}
