import { scenario } from '../../harness/run/scenario.js';

const TEN_MINUTES_MS = 10 * 60_000;

scenario(
  {
    id: 'signed-body/profile-r-out-of-time',
    floor: 'signed-body',
    title: 'an order that is signed as RFC 9421 has it is good now, and in its turn',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      'relying-party-accepts-stale-timestamps',
      'relying-party-accepts-future-timestamps',
      'relying-party-accepts-rolled-back-counter',
      'verifier-refuses-profile-r',
    ],
    refs: ['RFC 9421, 7.2.2', 'RFC 4303, 3.4.3', 'CWE-613'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const stale = await registration.sign({ profile: 'r', agedMs: TEN_MINUTES_MS });
    await observeAnswer('stale', await registration.send(stale));
    const ahead = await registration.sign({ profile: 'r', agedMs: -TEN_MINUTES_MS });
    await observeAnswer('ahead', await registration.send(ahead));
    const older = await registration.sign({ profile: 'r' });
    const newer = await registration.sign({ profile: 'r' });
    await observeAnswer('newer', await registration.send(newer));
    await observeAnswer('older', await registration.send(older));
  },
);
