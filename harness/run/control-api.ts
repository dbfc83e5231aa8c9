import { createHash, randomBytes } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { equalBytes, utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import {
  CONTROL_ROUTES,
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

/** Serves the routes on loopback, to whoever holds the token and to nobody else. */
export async function startControlApi(handlers: ControlHandlers): Promise<ControlApi> {
  const token = randomBytes(32).toString('base64url');
  const server = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  server.addHook('onRequest', async (request, reply) => {
    if (!isBearer(request.headers.authorization, token)) {
      await reply.code(401).send({ code: 'ERR_USAGE', message: 'the token is missing or wrong' });
    }
  });
  for (const route of Object.keys(CONTROL_ROUTES) as ControlRoute[]) {
    serve(server, route, handlers);
  }
  server.setErrorHandler(async (error, _request, reply) => {
    await reply.code(500).send({
      code: error instanceof HarnessError ? error.code : 'ERR_UNEXPECTED',
      message: error instanceof Error ? error.message : String(error),
    });
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url, token, close: () => server.close() };
}

function serve(server: FastifyInstance, route: ControlRoute, handlers: ControlHandlers): void {
  const schema: z.ZodType = CONTROL_ROUTES[route].request;
  // The table pairs each schema with its handler's argument; a union over the routes loses that.
  const handler = handlers[route] as (request: unknown) => unknown;
  server.post(`/v1/${route}`, async (request, reply) => {
    const parsed = schema.safeParse(request.body);
    if (!parsed.success) {
      await reply
        .code(400)
        .send({ code: 'ERR_USAGE', message: `${route}: ${parsed.error.message}` });
      return;
    }
    await reply.send(await handler(parsed.data));
  });
}

// Digests are of equal length, so that the comparison tells nothing about the token's.
function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string): Uint8Array => createHash('sha256').update(utf8(text)).digest();
  return equalBytes(digest(header ?? ''), digest(`Bearer ${token}`));
}
