import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/profile-r-replayed',
    floor: 'signed-body',
    title: 'an order that is signed as RFC 9421 has it is not accepted again',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-refuses-profile-r', 'relying-party-accepts-replayed-counter'],
    refs: ['RFC 9421, 7.2.2', 'CWE-294'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign({ profile: 'r' });
    await observeAnswer('first-use', await registration.send(order));
    await observeAnswer('replay', await registration.send(order));
  },
);
