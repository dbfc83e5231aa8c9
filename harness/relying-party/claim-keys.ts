import type { WantedKey } from './checks/registration.js';
import type { Context } from './context.js';
import type { KeyClaim } from './store.js';

/**
 * Claims the keys of an accepted enrolment, all or none; of any other, only looks up who holds them.
 * An entry that is null stays null.
 */
export async function claimAll(
  { store }: Context,
  isAccepted: boolean,
  wanted: readonly (KeyClaim | null)[],
): Promise<readonly (WantedKey | null)[]> {
  const claims = wanted.filter((claim) => claim !== null);
  const holders = isAccepted
    ? await store.claimKeys(claims)
    : await Promise.all(claims.map((claim) => store.findHolder(claim.keyId)));
  const holderOf = new Map(claims.map((claim, index) => [claim, holders[index] ?? null]));
  return wanted.map((claim) => claim && { claim, holder: holderOf.get(claim) ?? null });
}
