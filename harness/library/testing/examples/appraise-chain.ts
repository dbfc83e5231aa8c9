import {
  createVerifier,
  failing,
  LAB,
  parseAndroidKey,
  parseRevocationList,
  shippedTrust,
} from 'attestlab/verifier';

/** Answers an app that sent a chain; `statusList` is Google's, as it was fetched at `fetchedAtMs`. */
export function answer(
  sent: { readonly chain: readonly Uint8Array[]; readonly spki: Uint8Array },
  known: { readonly challenge: Uint8Array; readonly signerDigest: string },
  status: { readonly statusList: string; readonly fetchedAtMs: number },
): string {
  const revocation = parseRevocationList(status.statusList, status.fetchedAtMs);
  const verifier = createVerifier({ trust: { ...shippedTrust(), revocation } });
  const result = verifier.appraise({
    evidence: parseAndroidKey(sent.chain),
    expected: {
      challenge: known.challenge,
      spki: sent.spki,
      packageNames: ['com.example.probe'],
      signerDigests: [known.signerDigest],
    },
    policy: LAB,
    now: new Date(status.fetchedAtMs),
  });
  return result.verdict === 'accepted' ? 'welcome' : `refused: ${failing(result).join(', ')}`;
}
