import type {
  AppAttestCounters,
  AppAttestStep,
  CounterStep,
  RegisteredKey,
  SigningKey,
} from '../store.js';
import type { Selectable } from './kysely.js';
import type { Db, SigningKeysTable } from './tables.js';

/** Makes a key the only signing key of a registration, under the next epoch. */
export async function replaceSigningKey(
  db: Db,
  registrationId: string,
  { keyId, spki, protection }: RegisteredKey,
): Promise<SigningKey> {
  const columns = { key_id: keyId, spki, protection, last_counter: null };
  const row = await db
    .insertInto('signing_keys')
    .values({ registration_id: registrationId, ...columns, epoch: 1n })
    .onConflict((conflict) =>
      conflict
        .column('registration_id')
        .doUpdateSet(({ eb }) => ({ ...columns, epoch: eb('signing_keys.epoch', '+', 1n) })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return signingKeyOf(row);
}

/** A signing key by its id, or null. */
export async function findSigningKey(db: Db, keyId: string): Promise<SigningKey | null> {
  const row = await db
    .selectFrom('signing_keys')
    .selectAll()
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  return row === undefined ? null : signingKeyOf(row);
}

/** The signing key of a registration, or null. */
export async function findSigningKeyOf(db: Db, registrationId: string): Promise<SigningKey | null> {
  const row = await db
    .selectFrom('signing_keys')
    .selectAll()
    .where('registration_id', '=', registrationId)
    .executeTakeFirst();
  return row === undefined ? null : signingKeyOf(row);
}

/** Compare-and-set of a signing key's counter. */
export async function advanceCounter(db: Db, step: CounterStep): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('signing_keys')
    .set({ last_counter: step.to.toString() })
    .where('key_id', '=', step.keyId)
    .where('epoch', '=', step.epoch)
    .where('last_counter', 'is not distinct from', decimal(step.from))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Both counters of an App Attest key. */
export async function appAttestCounters(db: Db, keyId: string): Promise<AppAttestCounters> {
  const row = await db
    .selectFrom('app_attest_counters')
    .select(['assertion', 'request'])
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  const { assertion = null, request = null } = row ?? {};
  return {
    assertion: assertion === null ? null : Number(assertion),
    request: request === null ? null : BigInt(request),
  };
}

/** Compare-and-set of both counters of an App Attest key. */
export async function advanceAppAttestCounters(
  db: Db,
  { keyId, from, to }: AppAttestStep,
): Promise<boolean> {
  if (from.assertion === null && from.request === null) {
    await db
      .insertInto('app_attest_counters')
      .values({ key_id: keyId, assertion: null, request: null })
      .onConflict((conflict) => conflict.column('key_id').doNothing())
      .execute();
  }
  const { numUpdatedRows } = await db
    .updateTable('app_attest_counters')
    .set({ assertion: to.assertion, request: decimal(to.request) })
    .where('key_id', '=', keyId)
    .where('assertion', 'is not distinct from', from.assertion)
    .where('request', 'is not distinct from', decimal(from.request))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

function signingKeyOf(row: Selectable<SigningKeysTable>): SigningKey {
  return {
    keyId: row.key_id,
    spki: new Uint8Array(row.spki),
    protection: row.protection,
    registrationId: row.registration_id,
    epoch: BigInt(row.epoch),
    lastCounter: row.last_counter === null ? null : BigInt(row.last_counter),
  };
}

function decimal(counter: bigint | null): string | null {
  return counter === null ? null : counter.toString();
}
