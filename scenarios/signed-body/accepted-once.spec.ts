import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/accepted-once',
    floor: 'signed-body',
    title: 'orders that are signed one after another are each accepted',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['scenario-does-not-run'],
    refs: ['RFC 9421', 'MASVS-AUTH-1'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    await observeAnswer('first-order', await registration.send(await registration.sign()));
    await observeAnswer('next-order', await registration.send(await registration.sign()));
  },
);
