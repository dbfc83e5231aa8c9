import type { AppAttestKey, RegisteredKey, Registration, TlsKeyChange } from '../store.js';
import type { Selectable } from './kysely.js';
import type { Db, RegistrationsTable } from './tables.js';

type Row = Selectable<RegistrationsTable>;

/** Writes a registration and which keys are its own. */
export async function saveRegistration(db: Db, registration: Registration): Promise<void> {
  const { id, subject, platform, tlsKey, appAttestKey, registeredAtMs } = registration;
  const columns = {
    ...{ subject, platform, registered_at_ms: registeredAtMs },
    ...tlsColumns(tlsKey),
    ...appAttestColumns(appAttestKey),
  };
  await db
    .insertInto('registrations')
    .values({ id, ...columns })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute();
  await db.deleteFrom('tls_keys').where('registration_id', '=', id).execute();
  const keyIds = [...registration.earlierTlsKeyIds, tlsKey.keyId];
  for (const [place, keyId] of keyIds.entries()) await addTlsKey(db, { keyId, id, place });
}

/** A registration, or null. */
export async function findRegistration(db: Db, id: string): Promise<Registration | null> {
  const row = await db
    .selectFrom('registrations')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const keys = await db
    .selectFrom('tls_keys')
    .select('key_id')
    .where('registration_id', '=', id)
    .orderBy('place')
    .execute();
  const keyIds = keys.map(({ key_id }) => key_id);
  return registrationOf(row, keyIds);
}

/** The registration that has a connection key, the present one or an earlier one. */
export async function findRegistrationByTlsKey(
  db: Db,
  keyId: string,
): Promise<Registration | null> {
  const rows = await db
    .selectFrom('tls_keys as asked')
    .innerJoin('registrations', 'registrations.id', 'asked.registration_id')
    .innerJoin('tls_keys as own', 'own.registration_id', 'registrations.id')
    .selectAll('registrations')
    .select('own.key_id as own_key_id')
    .where('asked.key_id', '=', keyId)
    .orderBy('own.place')
    .execute();
  const [row] = rows;
  if (row === undefined) return null;
  const keyIds = rows.map(({ own_key_id }) => own_key_id);
  return registrationOf(row, keyIds);
}

/** Makes a key the present connection key; the one before it becomes an earlier one. */
export async function replaceTlsKey(db: Db, id: string, change: TlsKeyChange): Promise<void> {
  const { tlsKey, platform, appAttestKey } = change;
  const { numUpdatedRows } = await db
    .updateTable('registrations')
    .set({
      ...tlsColumns(tlsKey),
      ...(platform === undefined ? {} : { platform }),
      ...(appAttestKey === undefined ? {} : appAttestColumns(appAttestKey)),
    })
    .where('id', '=', id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw unknown();
  // The row is ours until the commit, so that no parallel replacement takes the same place.
  const row = await db
    .selectFrom('tls_keys')
    .select('place')
    .where('registration_id', '=', id)
    .orderBy('place', 'desc')
    .limit(1)
    .executeTakeFirst();
  await addTlsKey(db, { keyId: tlsKey.keyId, id, place: Number(row?.place ?? -1) + 1 });
}

/** Ends the earlier connection keys, if a key is still the present one. */
export async function retireEarlierTlsKeys(
  db: Db,
  id: string,
  presentKeyId: string,
): Promise<void> {
  // An update that changes nothing: it takes the row, which a parallel replacement then waits for.
  const row = await db
    .updateTable('registrations')
    .set((column) => ({ subject: column.ref('subject') }))
    .where('id', '=', id)
    .returning('tls_key_id')
    .executeTakeFirst();
  if (row === undefined) throw unknown();
  if (row.tls_key_id !== presentKeyId) return;
  await db
    .deleteFrom('tls_keys')
    .where('registration_id', '=', id)
    .where('key_id', '<>', presentKeyId)
    .execute();
}

async function addTlsKey(
  db: Db,
  key: { readonly keyId: string; readonly id: string; readonly place: number },
): Promise<void> {
  const columns = { registration_id: key.id, place: key.place };
  await db
    .insertInto('tls_keys')
    .values({ key_id: key.keyId, ...columns })
    .onConflict((conflict) => conflict.column('key_id').doUpdateSet(columns))
    .execute();
}

function registrationOf(row: Row, keyIds: readonly string[]): Registration {
  return {
    id: row.id,
    subject: row.subject,
    platform: row.platform,
    tlsKey: {
      keyId: row.tls_key_id,
      spki: new Uint8Array(row.tls_spki),
      protection: row.tls_protection,
    },
    earlierTlsKeyIds: keyIds.filter((keyId) => keyId !== row.tls_key_id),
    appAttestKey: appAttestKeyOf(row),
    registeredAtMs: Number(row.registered_at_ms),
  };
}

function appAttestKeyOf(row: Row): AppAttestKey | null {
  const { app_attest_key_id: keyId, app_attest_public_key: publicKey } = row;
  if (keyId === null || publicKey === null) return null;
  return { keyId, publicKey: new Uint8Array(publicKey) };
}

function tlsColumns({ keyId, spki, protection }: RegisteredKey) {
  return { tls_key_id: keyId, tls_spki: spki, tls_protection: protection };
}

function appAttestColumns(key: AppAttestKey | null) {
  return {
    app_attest_key_id: key && key.keyId,
    app_attest_public_key: key && key.publicKey,
  };
}

function unknown(): Error {
  return new Error('there is no registration of this id');
}
