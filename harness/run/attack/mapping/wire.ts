import {
  httpsTransport,
  type ClientIdentity,
  type Transport,
  type TransportRequest,
} from '../../../relying-party/index.js';
import { brokenWire, type Answered } from '../target.js';
import type { Mapping } from './load-mapping.js';
import { readAnswer } from './read-answer.js';

/** Where a backend listens. */
export interface WireOptions {
  /** Origin that takes first enrolments. */
  readonly enrolUrl: string;
  /** Origin that takes what registered phones send. */
  readonly apiUrl: string;
  /** Authorities of the backend's own certificates, DER. */
  readonly anchors: readonly Uint8Array[];
  readonly mapping: Mapping;
}

/** This process's TLS to a backend. */
export interface Wire extends Pick<WireOptions, 'enrolUrl' | 'apiUrl' | 'mapping'> {
  /** With a phone's certificate where there is one. */
  transport(identity: ClientIdentity | null): Transport;
}

/** See `Wire`. */
export function wireTo({ enrolUrl, apiUrl, anchors, mapping }: WireOptions): Wire {
  const anonymous = httpsTransport({ anchors });
  // Certificates are read once a phone, not once a request.
  const known = new WeakMap<ClientIdentity, Transport>();
  return {
    ...{ enrolUrl, apiUrl, mapping },
    transport(identity) {
      if (identity === null) return anonymous;
      const transport = known.get(identity) ?? httpsTransport({ anchors, identity });
      known.set(identity, transport);
      return transport;
    },
  };
}

/** Sends a request with the headers of all requests, and says what became of it. */
export async function sendOver(
  wire: Wire,
  identity: ClientIdentity | null,
  request: TransportRequest,
): Promise<Answered> {
  const { headers, answers } = wire.mapping;
  try {
    const response = await wire.transport(identity)({
      ...request,
      headers: [...headers, ...request.headers],
    });
    return readAnswer(response, answers);
  } catch (error) {
    return { outcome: 'failed', status: null, reason: brokenWire(error) };
  }
}
