import type { DenyEntry, KeyClaim } from '../store.js';
import type { Db } from './tables.js';

/** Who holds a key, or null. */
export async function findHolder(db: Db, keyId: string): Promise<KeyClaim | null> {
  const row = await db
    .selectFrom('key_claims')
    .selectAll()
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { key_id, use, subject, registration_id } = row;
  return { keyId: key_id, use, subject, registrationId: registration_id };
}

/**
 * Claims all keys or none. Each key is written before it is looked at, and always in the same order:
 * so parallel claims wait for each other at the first key that they share.
 */
export async function claimKeys(db: Db, claims: readonly KeyClaim[]): Promise<readonly KeyClaim[]> {
  const taken: string[] = [];
  const holders = new Map<KeyClaim, KeyClaim>();
  for (const claim of [...claims].sort(byKeyId)) {
    const { keyId, use, subject, registrationId } = claim;
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('key_claims')
      .values({ key_id: keyId, use, subject, registration_id: registrationId })
      .onConflict((conflict) => conflict.column('key_id').doNothing())
      .executeTakeFirst();
    if ((numInsertedOrUpdatedRows ?? 0n) > 0n) {
      taken.push(keyId);
      holders.set(claim, claim);
    } else {
      holders.set(claim, (await findHolder(db, keyId)) ?? claim);
    }
  }
  const held = claims.map((claim) => holders.get(claim) ?? claim);
  if (!claims.every((claim, index) => isSameClaim(claim, held[index])) && taken.length > 0) {
    await db.deleteFrom('key_claims').where('key_id', 'in', taken).execute();
  }
  return held;
}

/** Puts a key on the deny list. */
export async function deny(db: Db, { keyId, reason, deniedAtMs }: DenyEntry): Promise<void> {
  await db
    .insertInto('denials')
    .values({ key_id: keyId, reason, denied_at_ms: deniedAtMs })
    .onConflict((conflict) =>
      conflict.column('key_id').doUpdateSet({ reason, denied_at_ms: deniedAtMs }),
    )
    .execute();
}

/** Takes a key off the deny list. */
export async function allow(db: Db, keyId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('denials')
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** The deny list, oldest entry first. */
export async function denied(db: Db): Promise<readonly DenyEntry[]> {
  const rows = await db
    .selectFrom('denials')
    .selectAll()
    .orderBy('denied_at_ms')
    .orderBy('key_id')
    .execute();
  return rows.map(({ key_id, reason, denied_at_ms }) => ({
    ...{ keyId: key_id, reason, deniedAtMs: Number(denied_at_ms) },
  }));
}

/** Whether a key is held by the very claim, for the same use. */
export function isSameClaim(claim: KeyClaim, holder: KeyClaim | undefined): boolean {
  return (
    holder?.subject === claim.subject &&
    holder.registrationId === claim.registrationId &&
    holder.use === claim.use
  );
}

function byKeyId(one: KeyClaim, other: KeyClaim): number {
  if (one.keyId === other.keyId) return 0;
  return one.keyId < other.keyId ? -1 : 1;
}
