import { p256SpkiOfPoint } from '../encoding/cose.js';
import type { SignedRequest } from '../evidence/signed-request/index.js';
import type { RegisteredKey } from '../verifier/expected.js';
import type { Context } from './context.js';
import { KeptSpkis } from './kept-spkis.js';
import { keepingOf } from './keep-counters.js';
import { signingKeysOf, type KeySource } from './known-signing-keys.js';
import type { Registration } from './store.js';

/** An App Attest key is never registered twice, so its requests have one epoch. */
export const APP_ATTEST_EPOCH = 1n;

/** Of App Attest keys, whose points the store has. */
const spkis = new KeptSpkis();

/** A key that may sign requests, and how an accepted one is counted. */
export interface Signer {
  readonly key: RegisteredKey;
  /** The registration that it signs for. */
  readonly registrationId: string;
  /** Whether the store has the key as it was found; to be asked before anybody is refused. */
  isCurrent(): Promise<boolean>;
  /** Counts a request that was accepted; false where a parallel one was faster. */
  count(request: SignedRequest): Promise<boolean>;
}

/** Finds a signing key, or an App Attest key that vouches for a registration. */
export async function findSigner(
  context: Context,
  request: SignedRequest,
  source: KeySource,
): Promise<Signer | null> {
  const { store, counterMode } = context;
  const { keyId } = request;
  const keys = signingKeysOf(store);
  // A nonce is written without a look at its key, so that the store is asked for the key each time.
  const known = await keys.find(keyId, counterMode === 'nonce' ? 'store' : source);
  if (known === null) return findAppAttestSigner(context, keyId);
  const keeping = await keepingOf(context, request, known.key);
  return {
    key: keeping.key,
    registrationId: known.key.registrationId,
    isCurrent: () => keys.isCurrent(known),
    count: (accepted) => keeping.count(accepted),
  };
}

/**
 * Ids of the keys that may sign requests over a registration's connection: of the signer alone where
 * it is its own, and where it is not, of those that would be.
 */
export async function signerIdsOf(
  { store }: Context,
  { id, appAttestKey }: Registration,
  signer: Signer | null,
): Promise<readonly string[]> {
  if (signer?.registrationId === id) return [signer.key.keyId];
  const own = await store.findSigningKeyOf(id);
  return [own, appAttestKey].filter((key) => key !== null).map((key) => key.keyId);
}

async function findAppAttestSigner(
  { store, referenceValues }: Context,
  keyId: string,
): Promise<Signer | null> {
  const holder = await store.findHolder(keyId);
  if (holder?.use !== 'app-attest') return null;
  const registration = await store.findRegistration(holder.registrationId);
  const key = registration?.appAttestKey ?? null;
  // A renewal with another App Attest key has ended this one.
  if (key?.keyId !== keyId) return null;
  const from = await store.appAttestCounters(keyId);
  const { appIds } = referenceValues;
  return {
    registrationId: holder.registrationId,
    key: {
      ...{ keyId, spki: spkis.kept(keyId, p256SpkiOfPoint(key.publicKey)) },
      ...{ epoch: APP_ATTEST_EPOCH, lastCounter: from.request },
      appAttest: { appIds, previousCounter: from.assertion },
    },
    isCurrent: () => Promise.resolve(true),
    count: ({ counter, assertion }) => {
      if (assertion?.ok !== true) throw new Error('an assertion that does not parse was accepted');
      const to = { request: counter, assertion: assertion.value.authData.counter };
      return store.advanceAppAttestCounters({ keyId, from, to });
    },
  };
}
