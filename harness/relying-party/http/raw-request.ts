import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { utf8Text } from '../../encoding/bytes.js';
import type { SignedHttpRequest } from '../../evidence/signed-request/index.js';

/** A body that is not what its media type promises. */
export class MalformedBody extends Error {
  readonly statusCode = 400;
}

const received = new WeakMap<FastifyRequest, Uint8Array>();

/** The body's bytes as they came over the wire. */
export function receivedBody(request: FastifyRequest): Uint8Array {
  return received.get(request) ?? new Uint8Array();
}

// RFC 9110, 5.6.2.
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/**
 * Whether each header has a name that is one. The parser of older releases of Node takes a space before
 * the colon for a part of it, where others on the way take it for nothing (RFC 9112, 5.1).
 */
export function hasHeaderNames({ rawHeaders }: IncomingMessage): boolean {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!TOKEN.test(rawHeaders[at] ?? '')) return false;
  }
  return true;
}

/** How often a request has a header; Node shows the first of some of them alone. */
export function headerCount({ rawHeaders }: IncomingMessage, wanted: string): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === wanted.length && name.toLowerCase() === wanted) count += 1;
  }
  return count;
}

/** Reads JSON bodies, and keeps their bytes: an identical request is one of identical bytes. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = new Uint8Array(body as Buffer);
    received.set(request, bytes);
    try {
      if (headerCount(request.raw, 'content-type') > 1) {
        throw new MalformedBody('a request has one Content-Type header');
      }
      done(null, parseJson(bytes));
    } catch (error) {
      done(error instanceof MalformedBody ? error : new Error('broken parser', { cause: error }));
    }
  });
}

/** Takes bodies of every media type as bytes: what was signed is the bytes, not what they mean. */
export function readRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    received.set(request, new Uint8Array(body as Buffer));
    done(null, null);
  });
}

/** The request as a signature covers it: nothing decoded, normalised or reordered. */
export function signedHttpRequest(request: FastifyRequest): SignedHttpRequest {
  const { rawHeaders } = request.raw;
  const headers: (readonly [name: string, value: string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  }
  return {
    method: request.raw.method ?? '',
    authority: request.raw.headers.host ?? '',
    target: request.raw.url ?? '',
    headers,
    body: receivedBody(request),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  const text = utf8Text(bytes);
  if (text === null) throw new MalformedBody('the body is not UTF-8');
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedBody('the body is not JSON');
  }
}
