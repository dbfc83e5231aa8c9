import { HarnessError } from '../../../errors.js';
import type { Peer } from '../peer.js';
import {
  adapterResultSchema,
  type AdapterResult,
  type AdapterVector,
  type Answer,
} from '../protocol.js';

/** A backend that vectors are posted to. */
export interface Backend {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What a status means, beside the usual ones. */
  readonly statuses: ReadonlyMap<number, Answer['verdict']>;
  readonly timeoutMs: number;
}

/** What statuses mean unless the user says otherwise; all others mean that the backend broke. */
export const USUAL_STATUSES: ReadonlyMap<number, Answer['verdict']> = new Map([
  [200, 'accepted'],
  [201, 'accepted'],
  [204, 'accepted'],
  [400, 'rejected'],
  [401, 'rejected'],
  [403, 'rejected'],
  [409, 'rejected'],
  [422, 'rejected'],
  [501, 'unsupported'],
]);

/** Of a response, that much is kept as the backend's words. */
const SHOWN_CHARACTERS = 300;

/** A backend as a peer: one POST a vector, to the user's URL and nowhere else. */
export function httpPeer(backend: Backend): Peer {
  const name = backend.url;
  return {
    name,
    ask: (vector) => post(vector, backend),
    close: () => Promise.resolve(),
  };
}

async function post(vector: AdapterVector, backend: Backend): Promise<AdapterResult> {
  const { url, headers, statuses, timeoutMs } = backend;
  let status: number;
  let body: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(vector),
      // A redirection would call a place that nobody configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    body = await response.text();
  } catch (cause) {
    throw new HarnessError('ERR_ADAPTER', `${url}: ${vector.id}: ${reasonOf(cause)}`, { cause });
  }
  const stated = resultIn(body);
  if (stated !== null && stated.id === vector.id && status === 200) return stated;
  const verdict = statuses.get(status) ?? USUAL_STATUSES.get(status);
  const words = `${status} ${body.slice(0, SHOWN_CHARACTERS)}`.trim();
  if (verdict !== undefined) return { id: vector.id, verdict, reason: words };
  throw new HarnessError('ERR_ADAPTER', `${url}: ${vector.id}: no verdict in ${words}`);
}

// A backend may answer with a result of the protocol, which says more than a status does.
function resultIn(body: string): AdapterResult | null {
  try {
    return adapterResultSchema.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}
