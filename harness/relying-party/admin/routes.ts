import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { productVersion } from '../../product.js';
import type { DenyList } from '../deny-list.js';
import type { Context } from '../context.js';
import type { UnboundListener } from '../http/listener.js';
import { readJsonBodies } from '../http/raw-request.js';
import { accepted, notJudged } from '../reply.js';
import type { DenyEntry } from '../store.js';
import { bearsToken } from './bearer.js';
import type { Metrics } from './metrics.js';
import { addRisks } from './risk-routes.js';
import {
  allowReplySchema,
  deniedReplySchema,
  denyReplySchema,
  denyRequestSchema,
  detailedHealthSchema,
  keyParamsSchema,
} from './schemas.js';

/** What the administration shows and changes. */
export interface Administered {
  readonly context: Context;
  readonly denyList: DenyList;
  readonly metrics: Metrics;
  readonly tls: string;
  readonly startedAt: Date;
}

/** Lets in only who has the token, also to paths that there are not. */
export function demandToken({ app, answering }: UnboundListener, token: string): void {
  app.addHook('onRequest', async (request, response) => {
    if (bearsToken(request.headers.authorization, token)) return;
    void response.header('www-authenticate', 'Bearer');
    const detail = 'the administration wants its bearer token';
    await answering.send(request, response, notJudged('token_required', detail));
  });
}

const LISTED = { judged: [], notJudged: ['token_required'] } as const;
const CHANGED = {
  judged: [],
  notJudged: ['token_required', 'body_too_large', 'content_type_unsupported'],
} as const;

/** Adds metrics, health, the deny list and risks. */
export function addAdminRoutes(listener: UnboundListener, administered: Administered): void {
  readJsonBodies(listener.app);
  addObservation(listener, administered);
  addDenyList(listener, administered);
  addRisks(listener, administered.context);
}

function addObservation({ app, answering }: UnboundListener, administered: Administered): void {
  const { metrics } = administered;
  app.get(
    '/metrics',
    { config: { described: { summary: 'Prometheus metrics as text', refusals: LISTED } } },
    // Not told of: a scrape every few seconds would be all that the log holds.
    async (_request, response) =>
      response.header('content-type', metrics.contentType).send(await metrics.text()),
  );
  app.get(
    '/v1/health',
    {
      schema: { response: { 200: detailedHealthSchema } },
      config: { described: { summary: 'how the relying party fares', refusals: LISTED } },
    },
    async (request, response) =>
      answering.send(request, response, accepted(200, await healthOf(administered))),
  );
}

async function healthOf(administered: Administered): Promise<Readonly<Record<string, unknown>>> {
  const { context, denyList, metrics, tls, startedAt } = administered;
  const problem = await context.store.denied().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const status = problem === null ? 'ok' : 'failing';
  return {
    ...{ status, version: productVersion, startedAt: startedAt.toISOString() },
    uptimeSeconds: Math.floor((context.clock().getTime() - startedAt.getTime()) / 1000),
    ...{ policy: context.policy.id, rpId: context.rpId, tls },
    store: problem === null ? { status } : { status, problem },
    deniedKeys: denyList.entries().length,
    faults: metrics.faults(),
  };
}

function addDenyList({ app: root, answering }: UnboundListener, administered: Administered): void {
  const { denyList, context } = administered;
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/v1/denied-keys',
    {
      schema: { response: { 200: deniedReplySchema } },
      config: { described: { summary: 'the deny list', refusals: LISTED } },
    },
    async (request, response) => {
      await denyList.refresh();
      const denied = denyList.entries().map(shown);
      return answering.send(request, response, accepted(200, { denied }));
    },
  );
  app.put(
    '/v1/denied-keys/:keyId',
    {
      schema: {
        params: keyParamsSchema,
        body: denyRequestSchema,
        response: { 200: denyReplySchema },
      },
      config: { described: { summary: 'denies a key from now on', refusals: CHANGED } },
    },
    async (request, response) => {
      const { keyId } = request.params;
      const { reason } = request.body;
      const entry = { keyId, reason, deniedAtMs: context.clock().getTime() };
      await denyList.deny(entry);
      return answering.send(request, response, accepted(200, shown(entry), { keyId }));
    },
  );
  app.delete(
    '/v1/denied-keys/:keyId',
    {
      schema: { params: keyParamsSchema, response: { 200: allowReplySchema } },
      config: { described: { summary: 'takes a key off the deny list', refusals: LISTED } },
    },
    async (request, response) => {
      const { keyId } = request.params;
      const allowed = await denyList.allow(keyId);
      return answering.send(request, response, accepted(200, { allowed }, { keyId }));
    },
  );
}

function shown({ keyId, reason, deniedAtMs }: DenyEntry) {
  return { keyId, reason, deniedAt: new Date(deniedAtMs).toISOString() };
}
