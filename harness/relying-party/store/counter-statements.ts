import { ALL_ACCEPTED } from '../store.js';
import type {
  AppAttestCounters,
  AppAttestStep,
  CounterStep,
  RegisteredKey,
  SigningKey,
  UsedNonce,
} from '../store.js';
import { KeptSpkis } from '../kept-spkis.js';
import type { CompiledQuery, Selectable } from './kysely.js';
import type { Connections } from './sql-store.js';
import type { Db, SigningKeysTable } from './tables.js';

type Row = Selectable<SigningKeysTable>;
type Found = Omit<Row, 'spki'>;

/** Makes a key the only signing key of a registration, under the next epoch. */
export async function replaceSigningKey(
  db: Db,
  registrationId: string,
  { keyId, spki, protection }: RegisteredKey,
): Promise<SigningKey> {
  const columns = {
    ...{ key_id: keyId, spki, protection },
    ...{ last_counter: null, accepted: ALL_ACCEPTED.toString() },
  };
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
  return signingKeyOf({ ...row, spki });
}

/**
 * The statements of every signed request, compiled once: building them takes as long as running
 * them. A key's id is the digest of its bytes, so these are read once and kept.
 */
export class SigningKeyStatements {
  readonly #spkis = new KeptSpkis();
  readonly #db: Connections;
  readonly #find: CompiledQuery<Found>;
  readonly #advance: CompiledQuery;
  readonly #advanceWithin: CompiledQuery;

  constructor(connections: Connections) {
    this.#db = connections;
    const { reader } = connections;
    this.#find = reader
      .selectFrom('signing_keys')
      .select(['key_id', 'registration_id', 'protection', 'epoch', 'last_counter', 'accepted'])
      .where('key_id', '=', '')
      .compile();
    const advance = reader
      .updateTable('signing_keys')
      .set({ last_counter: '', accepted: '' })
      .where('key_id', '=', '')
      .where('epoch', '=', 0n)
      .where('last_counter', 'is not distinct from', '');
    this.#advance = advance.compile();
    this.#advanceWithin = advance.where('accepted', '=', '').compile();
  }

  /** A signing key by its id, or null. */
  async find(keyId: string): Promise<SigningKey | null> {
    const spki = this.#spkis.find(keyId) ?? (await this.#readSpki(keyId));
    if (spki === null) return null;
    const row = await this.#db.first<Found>(this.#find, [keyId]);
    return row === undefined ? null : signingKeyOf({ ...row, spki });
  }

  /** Compare-and-set of a signing key's counter. */
  async advance({ keyId, epoch, from, to, accepted }: CounterStep): Promise<boolean> {
    const bits = (accepted?.to ?? ALL_ACCEPTED).toString();
    const parameters: (string | bigint | null)[] = [decimal(to), bits, keyId, epoch, decimal(from)];
    if (accepted === undefined) return (await this.#db.change(this.#advance, parameters)) > 0;
    parameters.push(accepted.from.toString());
    return (await this.#db.change(this.#advanceWithin, parameters)) > 0;
  }

  async #readSpki(keyId: string): Promise<Uint8Array | null> {
    const row = await this.#db.reader
      .selectFrom('signing_keys')
      .select('spki')
      .where('key_id', '=', keyId)
      .executeTakeFirst();
    return row === undefined ? null : this.#spkis.kept(keyId, new Uint8Array(row.spki));
  }
}

/** The signing key of a registration, or null. */
export async function findSigningKeyOf(db: Db, registrationId: string): Promise<SigningKey | null> {
  const row = await db
    .selectFrom('signing_keys')
    .selectAll()
    .where('registration_id', '=', registrationId)
    .executeTakeFirst();
  return row === undefined ? null : signingKeyOf({ ...row, spki: new Uint8Array(row.spki) });
}

/** Whether a nonce was used before. */
export async function wasNonceUsed(db: Db, { keyId, epoch, nonce }: UsedNonce): Promise<boolean> {
  const row = await db
    .selectFrom('nonces')
    .select('key_id')
    .where('key_id', '=', keyId)
    .where('epoch', '=', epoch)
    .where('nonce', '=', nonce.toString())
    .executeTakeFirst();
  return row !== undefined;
}

/** Remembers a nonce; false where it was used before. */
export async function useNonce(
  db: Db,
  { keyId, epoch, nonce, endsAtMs }: UsedNonce & { readonly endsAtMs: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('nonces')
    .values({ key_id: keyId, epoch, nonce: nonce.toString(), ends_at_ms: endsAtMs })
    .onConflict((conflict) => conflict.columns(['key_id', 'epoch', 'nonce']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Forgets the nonces that ended before a time. */
export async function forgetNonces(db: Db, beforeMs: number): Promise<void> {
  await db.deleteFrom('nonces').where('ends_at_ms', '<', beforeMs).execute();
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

function signingKeyOf(row: Row): SigningKey {
  return {
    keyId: row.key_id,
    spki: row.spki,
    protection: row.protection,
    registrationId: row.registration_id,
    epoch: BigInt(row.epoch),
    lastCounter: row.last_counter === null ? null : BigInt(row.last_counter),
    accepted: BigInt(row.accepted),
  };
}

function decimal(counter: bigint | null): string | null {
  return counter === null ? null : counter.toString();
}
