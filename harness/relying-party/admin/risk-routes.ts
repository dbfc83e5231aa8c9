import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Context } from '../context.js';
import type { UnboundListener } from '../http/listener.js';
import { riskOf, suspiciousKeys, type Risk, type SuspiciousKeys } from '../monitoring/index.js';
import { accepted, notJudged } from '../reply.js';
import { keyParamsSchema, riskReplySchema, risksReplySchema } from './schemas.js';

const REFUSALS = { judged: [], notJudged: ['token_required', 'not_found'] } as const;

/** Adds what the traffic of keys says of them. */
export function addRisks(
  { app: root, answering }: UnboundListener,
  { monitor, clock }: Pick<Context, 'monitor' | 'clock'>,
): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  // Looking for them takes a while: who asks meanwhile gets what is found for the first.
  let looking: Promise<SuspiciousKeys> | null = null;
  const unwatched = () =>
    notJudged('not_found', 'the traffic of this relying party is not watched');
  app.get(
    '/v1/risks',
    {
      schema: { response: { 200: risksReplySchema } },
      config: { described: { summary: 'the most suspicious keys', refusals: REFUSALS } },
    },
    async (request, response) => {
      if (monitor === null) return answering.send(request, response, unwatched());
      looking ??= suspiciousKeys(monitor, clock()).finally(() => {
        looking = null;
      });
      const { keys, ...told } = await looking;
      return answering.send(
        request,
        response,
        accepted(200, { ...told, keys: keys.map(raisedOnly) }),
      );
    },
  );
  app.get(
    '/v1/risks/:keyId',
    {
      schema: { params: keyParamsSchema, response: { 200: riskReplySchema } },
      config: { described: { summary: 'the risk vector of a key', refusals: REFUSALS } },
    },
    async (request, response) => {
      const { keyId } = request.params;
      if (monitor === null) return answering.send(request, response, unwatched());
      const reply = monitor.knows(keyId)
        ? accepted(200, { ...riskOf(monitor, keyId, clock()) }, { keyId })
        : notJudged('not_found', 'nothing was heard of this key', { keyId });
      return answering.send(request, response, reply);
    },
  );
}

function raisedOnly({ keyId, signals, suspected }: Risk) {
  return { keyId, signals: signals.filter(({ raised }) => raised), suspected };
}
