import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/future',
    floor: 'signed-body',
    title: 'an order of tomorrow is refused today',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-accepts-future-timestamps'],
    refs: ['RFC 9421, 7.2.2'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign({ agedMs: -24 * 60 * 60_000 });
    await observeAnswer('refusal', await registration.send(order));
  },
);
