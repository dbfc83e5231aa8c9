import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { PROFILE_S_HEADERS, parseU64 } from '../../evidence/formats/index.js';
import type { Context } from '../context.js';
import type { Listener } from '../events.js';
import { notJudged } from '../reply.js';
import type { Reply } from '../store.js';

/** Says how far a signed request's clock was off, so that a phone can correct itself; never trusted. */
export const CLOCK_OFFSET_HEADER = 'attestlab-clock-offset-ms';

/** Sends replies, and tells of each exchange once. */
export class Answering {
  readonly #context: Pick<Context, 'clock' | 'events'>;
  readonly #listener: Listener;

  constructor(context: Pick<Context, 'clock' | 'events'>, listener: Listener) {
    this.#context = context;
    this.#listener = listener;
  }

  /** Sends `reply` and tells of the exchange. */
  send(request: FastifyRequest, response: FastifyReply, reply: Reply): FastifyReply {
    const now = this.#context.clock();
    this.#context.events.onExchange?.({
      exchangeId: request.id,
      listener: this.#listener,
      method: request.method,
      path: pathOf(request),
      route: request.routeOptions.url ?? null,
      durationMs: response.elapsedTime,
      status: reply.status,
      code: reply.code,
      subject: reply.subject,
      keyId: reply.keyId,
      checks: reply.checks,
    });
    const stated = parseU64(headerText(request, PROFILE_S_HEADERS.timestamp));
    if (stated !== null) {
      const offsetMs = BigInt(now.getTime()) - stated;
      void response.header(CLOCK_OFFSET_HEADER, offsetMs.toString());
    }
    return (
      response
        .code(reply.status)
        .header('date', now.toUTCString())
        .header('cache-control', 'no-store')
        .header('content-type', reply.contentType)
        // As bytes, since fastify gives text a charset, which JSON's media types do not have.
        .send(Buffer.from(reply.body, 'utf8'))
    );
  }

  /** Answers what no route answers: unknown paths and requests that fail before a judgement. */
  attachTo(app: FastifyInstance): void {
    app.setNotFoundHandler((request, response) =>
      this.send(request, response, notJudged('not_found', `${request.method} has no route here`)),
    );
    app.setErrorHandler<FastifyError>((error, request, response) =>
      this.send(request, response, this.#replyTo(error)),
    );
  }

  #replyTo(error: FastifyError): Reply {
    if (hasZodFastifySchemaValidationErrors(error)) {
      const places = error.validation.map(
        ({ instancePath, message }) => `${instancePath || '/'}: ${message ?? 'not allowed'}`,
      );
      return notJudged('malformed', places.join('; '));
    }
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      return notJudged('body_too_large', 'the body is longer than this listener takes');
    }
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
      return notJudged('content_type_unsupported', 'the body must be application/json');
    }
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      return notJudged('malformed', error.message);
    }
    this.#context.events.onFault(error);
    return notJudged('internal', 'the relying party failed; the request was not judged');
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function headerText(request: FastifyRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
