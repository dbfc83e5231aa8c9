import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/stale',
    floor: 'signed-body',
    title: 'an order that was signed long ago and never sent is refused',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-accepts-stale-timestamps'],
    refs: ['RFC 9421, 7.2.2', 'CWE-613'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign({ agedMs: 10 * 60_000 });
    await observeAnswer('refusal', await registration.send(order));
  },
);
