import { ALL_ACCEPTED, openStore } from '../../../harness/relying-party/index.js';
import { openWriter } from '../../../harness/relying-party/store/libsql.js';

/** Fills a new store with registrations of phones that are never heard of again. */
export async function fillStore(file: string, registrations: number): Promise<void> {
  await (await openStore(`sqlite:${file}`)).close();
  const writer = openWriter(file);
  // By SQL alone, since a million enrolments would take a quarter of an hour.
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${registrations})`;
  // As long as key ids are, and as spread over the index.
  const key = "printf('%08x-key-%030d', i * 2654435761 % 4294967296, i)";
  await writer.run(`begin;
    insert into registrations (id, subject, platform, tls_key_id, tls_spki, tls_protection,
      app_attest_key_id, app_attest_public_key, registered_at_ms) ${numbers}
      select 'bulk-' || i, 'subject-' || i, 'android', ${key}, randomblob(91), 'attested', null, null, 0 from n;
    insert into tls_keys (key_id, registration_id, place) ${numbers} select ${key}, 'bulk-' || i, 0 from n;
    insert into signing_keys (registration_id, key_id, spki, protection, epoch, last_counter,
      accepted) ${numbers}
      select 'bulk-' || i, 'sign-' || ${key}, randomblob(91), 'attested', 1, null, '${ALL_ACCEPTED}' from n;
    commit`);
  writer.close();
}
