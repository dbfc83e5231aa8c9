/**
 * A status list that revokes certificates, in the form of Google's
 * (android.googleapis.com/attestation/status). Serials are lower-case hex without leading zeros.
 */
export function revocationOf(serials: readonly string[]): string {
  const revoked = { status: 'REVOKED', reason: 'KEY_COMPROMISE' };
  return JSON.stringify({
    entries: Object.fromEntries(serials.map((serial) => [serial, revoked])),
  });
}
