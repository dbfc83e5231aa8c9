import { openStore } from '../../../harness/relying-party/index.js';
import { openWriter } from '../../../harness/relying-party/store/libsql.js';

/** Fills a new store with registrations of phones that are never heard of again. */
export async function fillStore(file: string, registrations: number): Promise<void> {
  await (await openStore(`sqlite:${file}`)).close();
  const writer = openWriter(file);
  // By SQL alone, since a million enrolments would take a quarter of an hour.
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${registrations})`;
  const key = "substr(hex(i * 2654435761 % 4294967296) || '-key-' || i, 1, 43)";
  await writer.run(`begin;
    insert into registrations ${numbers}
      select 'bulk-' || i, 'subject-' || i, 'android', ${key}, randomblob(91), 'attested', null, null, 0 from n;
    insert into tls_keys ${numbers} select ${key}, 'bulk-' || i, 0 from n;
    insert into signing_keys ${numbers}
      select 'bulk-' || i, 'sign-' || ${key}, randomblob(91), 'attested', 1, null from n;
    commit`);
  writer.close();
}
