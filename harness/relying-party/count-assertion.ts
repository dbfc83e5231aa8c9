import type { Question } from './context.js';
import type { Registration, Store } from './store.js';

/**
 * Counts an accepted assertion of the registration's App Attest key. False where a parallel request
 * was faster, so that the assertion must be judged again; evidence of other kinds has no counter.
 */
export async function countAssertion(
  store: Store,
  { appAttestKey }: Registration,
  question: Question | null,
  from: number | null,
): Promise<boolean> {
  if (appAttestKey === null || question?.evidence.format !== 'app-attest-assertion') return true;
  const { parsed } = question.evidence;
  if (!parsed.ok) throw new Error('an assertion that does not parse was accepted');
  const to = parsed.value.authData.counter;
  return store.advanceAppAttestCounter({ keyId: appAttestKey.keyId, from, to });
}
