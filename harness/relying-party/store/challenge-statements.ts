import type { ChallengeRecord, Reply, Spending } from '../store.js';
import type { Db } from './tables.js';

/** Challenges that one statement forgets. */
const FORGOTTEN_AT_ONCE = 100;

/** Remembers a challenge. */
export async function addChallenge(db: Db, record: ChallengeRecord): Promise<void> {
  const { reply } = record;
  await db
    .insertInto('challenges')
    .values({
      challenge: record.challenge,
      subject: record.subject,
      purpose: record.purpose,
      registration_id: record.registrationId,
      issued_at_ms: record.issuedAtMs,
      expires_at_ms: record.expiresAtMs,
      spent_by: record.spentBy,
      reply: reply && JSON.stringify(reply),
    })
    .execute();
}

/** A challenge that is remembered, or null. */
export async function findChallenge(db: Db, challenge: string): Promise<ChallengeRecord | null> {
  const row = await db
    .selectFrom('challenges')
    .selectAll()
    .where('challenge', '=', challenge)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    challenge: row.challenge,
    subject: row.subject,
    purpose: row.purpose,
    registrationId: row.registration_id,
    issuedAtMs: Number(row.issued_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
    spentBy: row.spent_by,
    reply: row.reply === null ? null : readReply(row.reply),
  };
}

/** Spends an unspent challenge, or tells who did before. */
export async function spendChallenge(
  db: Db,
  challenge: string,
  requestDigest: string,
): Promise<Spending> {
  const { numUpdatedRows } = await db
    .updateTable('challenges')
    .set({ spent_by: requestDigest })
    .where('challenge', '=', challenge)
    .where('spent_by', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return { outcome: 'spent' };
  const record = await findChallenge(db, challenge);
  if (record === null || record.spentBy === null) throw forgotten();
  return { outcome: 'spent-before', by: record.spentBy, reply: record.reply };
}

/** Keeps the reply to the request that spent a challenge. */
export async function recordReply(db: Db, challenge: string, reply: Reply): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('challenges')
    .set({ reply: JSON.stringify(reply) })
    .where('challenge', '=', challenge)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw forgotten();
}

/** Forgets challenges. */
export async function forgetChallenges(db: Db, challenges: readonly string[]): Promise<void> {
  for (let at = 0; at < challenges.length; at += FORGOTTEN_AT_ONCE) {
    await db
      .deleteFrom('challenges')
      .where('challenge', 'in', challenges.slice(at, at + FORGOTTEN_AT_ONCE))
      .execute();
  }
}

/** Forgets challenges that ended before a time, whoever issued them. */
export async function forgetChallengesBefore(db: Db, beforeMs: number): Promise<void> {
  await db.deleteFrom('challenges').where('expires_at_ms', '<', beforeMs).execute();
}

function readReply(text: string): Reply {
  // What stands there was written from a Reply by `recordReply`, under this very schema.
  return JSON.parse(text) as Reply;
}

function forgotten(): Error {
  return new Error('a challenge was forgotten while it was in use');
}
