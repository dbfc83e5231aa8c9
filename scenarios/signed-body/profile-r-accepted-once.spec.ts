import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/profile-r-accepted-once',
    floor: 'signed-body',
    title: 'orders that are signed as RFC 9421 has it are accepted, among others that are not',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-refuses-profile-r', 'scenario-does-not-run'],
    refs: ['RFC 9421', 'RFC 9530'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign({ profile: 'r' });
    await observeAnswer('order', await registration.send(order));
    await observeAnswer('profile-s-order', await registration.send(await registration.sign()));
    const next = await registration.sign({ profile: 'r' });
    await observeAnswer('next-order', await registration.send(next));
  },
);
