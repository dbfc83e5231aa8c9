// Writes to the store of a URL from several lanes at once until it is killed, and prints each write
// that was answered: `LANE COUNTER CHALLENGE`.
import { writeSync } from 'node:fs';
import { openStore } from '../../../dist/harness/relying-party/store/open-store.js';

const LANES = 20;
const store = await openStore(process.argv[2]);

async function write(lane) {
  const key = { keyId: `key-${lane}`, spki: new Uint8Array(91), protection: 'attested' };
  const { epoch } = await store.replaceSigningKey(`registration-${lane}`, key);
  let from = null;
  for (let to = 1n; ; to += 1n) {
    const challenge = `${lane}-${to}`;
    const times = { issuedAtMs: Date.now(), expiresAtMs: Date.now() + 60_000 };
    const holder = { subject: 'phone', purpose: 'tls', registrationId: null };
    await store.addChallenge({ challenge, ...holder, ...times, spentBy: null, reply: null });
    const { outcome } = await store.spendChallenge(challenge, 'digest');
    const counted = await store.advanceCounter({ keyId: key.keyId, epoch, from, to });
    if (outcome !== 'spent' || !counted) throw new Error('a write was refused');
    // Not by a stream, whose buffer would end with the process.
    writeSync(1, `${lane} ${to} ${challenge}\n`);
    from = to;
  }
}

await Promise.all(Array.from({ length: LANES }, (_, lane) => write(lane)));
