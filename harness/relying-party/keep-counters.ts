import type { SignedRequest } from '../evidence/signed-request/index.js';
import type { RegisteredKey } from '../verifier/expected.js';
import type { Context } from './context.js';
import { signingKeysOf } from './known-signing-keys.js';
import { ALL_ACCEPTED, type SigningKey } from './store.js';

/** As many counters as a store remembers of a key. */
export const LARGEST_WINDOW = 64;

/** A forgotten nonce would be taken again by whose clock is behind, so none is forgotten at once. */
const MEMORY_MS = 60_000;

/** A key as requests of it are judged, and how an accepted one is counted. */
export interface Keeping {
  readonly key: RegisteredKey;
  /** False where a parallel request was faster. */
  count(request: SignedRequest): Promise<boolean>;
}

/** What is remembered of a signing key's counters, by the relying party's mode. */
export async function keepingOf(
  context: Context,
  request: SignedRequest,
  signing: SigningKey,
): Promise<Keeping> {
  const { store, counterMode } = context;
  const { keyId, spki, epoch, lastCounter, accepted } = signing;
  const key = { keyId, spki, epoch, lastCounter };
  const keys = signingKeysOf(store);
  if (counterMode === 'strict') {
    return { key, count: ({ counter }) => keys.advance(signing, { to: counter }) };
  }
  if (counterMode === 'nonce') {
    const used = { keyId, epoch, nonce: request.counter };
    const wasAccepted = await store.wasNonceUsed(used);
    return {
      key: { ...key, counters: { mode: 'nonce', wasAccepted } },
      count: () => store.useNonce({ ...used, endsAtMs: endOf(context) }),
    };
  }
  return {
    key: { ...key, counters: { mode: 'window', size: counterMode.window, accepted } },
    count: ({ counter }) => {
      const next = stepTo(counter, { lastCounter, accepted });
      const bits = { from: accepted, to: next.accepted };
      return keys.advance(signing, { to: next.last, accepted: bits });
    },
  };
}

/** The last counter and the bits of those up to it, once `counter` was accepted. */
export function stepTo(
  counter: bigint,
  { lastCounter, accepted }: Pick<SigningKey, 'lastCounter' | 'accepted'>,
): { readonly last: bigint; readonly accepted: bigint } {
  if (lastCounter === null) return { last: counter, accepted: 1n };
  const ahead = counter - lastCounter;
  if (ahead <= 0n) return { last: lastCounter, accepted: accepted | (1n << -ahead) };
  // A shift by any 64-bit number would ask for more memory than there is.
  const kept = ahead < BigInt(LARGEST_WINDOW) ? accepted << ahead : 0n;
  return { last: counter, accepted: (kept | 1n) & ALL_ACCEPTED };
}

// Its timestamp may lie ahead by the one window, and holds for the other one from then on.
function endOf({ clock, policy }: Context): number {
  const { pastWindowMs, futureWindowMs } = policy.signedRequest;
  return clock().getTime() + pastWindowMs + futureWindowMs + MEMORY_MS;
}
