import type { Question } from './context.js';
import type { AppAttestCounters, Registration, Store } from './store.js';

/** The counters of a registration's App Attest key; null where it has none. */
export async function countersOf(
  store: Store,
  { appAttestKey }: Registration,
): Promise<AppAttestCounters | null> {
  return appAttestKey && store.appAttestCounters(appAttestKey.keyId);
}

/**
 * Counts an accepted assertion of the registration's App Attest key. False where a parallel request
 * was faster, so that the assertion must be judged again; evidence of other kinds has no counter.
 */
export async function countAssertion(
  store: Store,
  { appAttestKey }: Registration,
  question: Question | null,
  from: AppAttestCounters | null,
): Promise<boolean> {
  if (question?.evidence.format !== 'app-attest-assertion') return true;
  const { parsed } = question.evidence;
  if (!parsed.ok || appAttestKey === null || from === null) {
    throw new Error(
      'an assertion was accepted that does not parse, or that no key could have made',
    );
  }
  const to = { ...from, assertion: parsed.value.authData.counter };
  return store.advanceAppAttestCounters({ keyId: appAttestKey.keyId, from, to });
}
