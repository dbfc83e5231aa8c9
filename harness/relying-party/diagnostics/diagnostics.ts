import type { ServerOptions } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import { encodePemCertificate } from '../../encoding/pem.js';
import { createListener, type TlsVersions, type UnboundListener } from '../http/listener.js';
import { readRawBodies } from '../http/raw-request.js';
import { accepted, refused, withMembers } from '../reply.js';
import type { Reply } from '../store.js';
import { explain, type ExplainedBy, type Explanation } from './explain.js';

/** What the diagnostics are made of. */
export interface DiagnosticsParts extends ExplainedBy {
  /** Whose relying party explains; there is no such listener outside of a lab. */
  readonly lab: string;
  readonly tls: ServerOptions;
  readonly versions: TlsVersions;
}

/**
 * A listener that takes any client certificate or none, and serves nothing but why the listener with
 * mutual TLS would refuse it. There the refusal is TLS's own, which hardly tells a client anything.
 */
export function diagnosticsListener(parts: DiagnosticsParts): UnboundListener {
  const ca = parts.anchors.map(encodePemCertificate);
  const listener = createListener(parts.context, {
    listener: 'diagnostics',
    tls: { ...parts.tls, ca, requestCert: true, rejectUnauthorized: false },
    versions: parts.versions,
  });
  readRawBodies(listener.app);
  // Whatever is asked: a client is pointed here with the very request that failed elsewhere.
  listener.app.all('/*', async (request, response) => {
    const explanation = await explain(socketOf(request), parts);
    const reply = withMembers(replyOf(explanation), { lab: parts.lab });
    return listener.answering.send(request, response, reply);
  });
  return listener;
}

function replyOf({ refusal, checks, ...told }: Explanation): Reply {
  const reply = refusal === null ? accepted(200, { checks }, { checks }) : refused(refusal);
  return withMembers(reply, { ...told });
}

function socketOf({ raw: { socket } }: FastifyRequest): TLSSocket {
  if (socket instanceof TLSSocket) return socket;
  throw new Error('a listener without TLS');
}
