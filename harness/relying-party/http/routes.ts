import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Challenges, Received } from '../challenges.js';
import type { Context } from '../context.js';
import type { Enrolment } from '../enrolment.js';
import { accepted } from '../reply.js';
import {
  challengeReplySchema,
  enrolmentReplySchema,
  enrolmentRequestSchema,
  healthReplySchema,
  orderReplySchema,
  ownChallengeRequestSchema,
  renewalRequestSchema,
  signedHeadersSchema,
  signingKeyReplySchema,
  signingKeyRequestSchema,
  timeReplySchema,
  tlsChallengeRequestSchema,
} from '../schemas.js';
import type { Renewals } from '../renewals.js';
import type { SignedRequests } from '../signed-requests.js';
import type { SigningKeys } from '../signing-keys.js';
import type { UnboundListener } from './listener.js';
import { identifyPeer } from './peer.js';
import type { PossibleRefusals } from './possible-refusals.js';
import { readJsonBodies, readRawBodies, receivedBody, signedHttpRequest } from './raw-request.js';

/** What is judged wherever a key is submitted with its evidence. */
const SUBMISSION = [
  ...['challenge', 'enrolment', 'registration', 'csr', 'android-key'],
  ...['app-attest', 'play-integrity'],
] as const;

const JSON_CODES = ['body_too_large', 'content_type_unsupported'] as const;
const SUBMISSION_CODES = [...JSON_CODES, 'request_in_progress'] as const;
const CERTIFICATE_CODES = [...SUBMISSION_CODES, 'issuer_unavailable'] as const;

const NOTHING_JUDGED = { judged: [] } as const;
const OWN_SUBMISSION = {
  judged: ['client-certificate', ...SUBMISSION, 'app-attest-assertion'],
  notJudged: SUBMISSION_CODES,
} as const;

const SIGNED_REQUEST = {
  judged: ['client-certificate', 'signing-key', 'signed-request'],
  notJudged: ['body_too_large'],
} as const;

/** Routes that both listeners have. */
export function addCommonRoutes({ app, answering }: UnboundListener, context: Context): void {
  app.get(
    '/healthz',
    {
      schema: { response: { 200: healthReplySchema } },
      config: describing('whether the listener answers', NOTHING_JUDGED),
    },
    (request, response) => answering.send(request, response, accepted(200, { status: 'ok' })),
  );
  app.get(
    '/v1/time',
    {
      schema: { response: { 200: timeReplySchema } },
      config: describing('the clock that requests are judged by', NOTHING_JUDGED),
    },
    (request, response) => {
      const now = context.clock();
      const body = { now: now.toISOString(), nowMs: now.getTime() };
      return answering.send(request, response, accepted(200, body));
    },
  );
}

/** What a phone without a certificate may ask for. */
export function addEnrolmentRoutes(
  { app: root, answering }: UnboundListener,
  parts: { readonly challenges: Challenges; readonly enrolment: Enrolment },
): void {
  readJsonBodies(root);
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/v1/challenges',
    {
      schema: { body: tlsChallengeRequestSchema, response: { 201: challengeReplySchema } },
      config: describing('a challenge for a first enrolment', {
        judged: [],
        notJudged: JSON_CODES,
      }),
    },
    async (request, response) => {
      const { subject, purpose } = request.body;
      const issued = await parts.challenges.issue(
        { subject, purpose, registrationId: null },
        request.ip,
      );
      return answering.send(request, response, accepted(201, issued, { subject }));
    },
  );
  app.post(
    '/v1/enrolments',
    {
      schema: { body: enrolmentRequestSchema, response: { 201: enrolmentReplySchema } },
      config: describing('a client certificate for a key with its evidence', {
        judged: SUBMISSION,
        notJudged: CERTIFICATE_CODES,
      }),
    },
    async (request, response) => {
      const received = receivedFrom(request);
      const reply = await parts.enrolment.enrol(request.body, received);
      return answering.send(request, response, reply);
    },
  );
}

/** What a registered phone may ask for over mutual TLS. */
export function addRegistrationRoutes(
  { app: root, answering }: UnboundListener,
  context: Context,
  parts: {
    readonly challenges: Challenges;
    readonly signingKeys: SigningKeys;
    readonly renewals: Renewals;
  },
): void {
  readJsonBodies(root);
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/v1/challenges',
    {
      schema: { body: ownChallengeRequestSchema, response: { 201: challengeReplySchema } },
      config: describing('a challenge for a signing key or a renewal', {
        judged: ['client-certificate'],
        notJudged: JSON_CODES,
      }),
    },
    async (request, response) => {
      const peer = await identifyPeer(context, request);
      if (!peer.known) return answering.send(request, response, peer.reply);
      const { subject, id: registrationId } = peer.registration;
      const { purpose } = request.body;
      const issued = await parts.challenges.issue({ subject, purpose, registrationId }, request.ip);
      return answering.send(request, response, accepted(201, issued, { subject }));
    },
  );
  app.post(
    '/v1/signing-keys',
    {
      schema: { body: signingKeyRequestSchema, response: { 201: signingKeyReplySchema } },
      config: describing('registers the key that signs requests', OWN_SUBMISSION),
    },
    async (request, response) => {
      const peer = await identifyPeer(context, request);
      if (!peer.known) return answering.send(request, response, peer.reply);
      const received = receivedFrom(request);
      const reply = await parts.signingKeys.register(peer.registration, request.body, received);
      return answering.send(request, response, reply);
    },
  );
  app.post(
    '/v1/renewals',
    {
      schema: { body: renewalRequestSchema, response: { 201: enrolmentReplySchema } },
      config: describing('a new connection key and its certificate', {
        ...OWN_SUBMISSION,
        notJudged: CERTIFICATE_CODES,
      }),
    },
    async (request, response) => {
      const peer = await identifyPeer(context, request);
      if (!peer.known) return answering.send(request, response, peer.reply);
      const received = receivedFrom(request);
      const reply = await parts.renewals.renew(peer.registration, request.body, received);
      return answering.send(request, response, reply);
    },
  );
}

/** The resource that takes signed requests only. */
export function addSignedRoutes(
  { app: root, answering }: UnboundListener,
  context: Context,
  signedRequests: SignedRequests,
): void {
  // By default a GET's body would be passed over, and so travel unsigned.
  root.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  void root.register((app, _options, done) => {
    readRawBodies(app);
    for (const url of ['/v1/orders', '/v1/orders/*']) {
      app.route({
        method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        url,
        schema: { response: { 200: orderReplySchema } },
        config: {
          described: {
            summary: 'takes a request that a key of the registration has signed, once',
            refusals: SIGNED_REQUEST,
            headers: signedHeadersSchema,
          },
        },
        handler: async (request, response) => {
          const peer = await identifyPeer(context, request);
          if (!peer.known) return answering.send(request, response, peer.reply);
          const signed = signedHttpRequest(request);
          const reply = await signedRequests.accept(
            peer.registration,
            signed,
            receivedFrom(request),
          );
          return answering.send(request, response, reply);
        },
      });
    }
    done();
  });
}

function describing(summary: string, refusals: PossibleRefusals): FastifyContextConfig {
  return { described: { summary, refusals } };
}

function receivedFrom(request: FastifyRequest): Received {
  return { exchangeId: request.id, address: request.ip, body: receivedBody(request) };
}
