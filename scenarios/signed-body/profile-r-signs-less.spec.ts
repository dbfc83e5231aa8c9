import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/profile-r-signs-less',
    floor: 'signed-body',
    title: 'an order that leaves a part of it unsigned is refused, though its signature verifies',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-refuses-profile-r', 'verifier-takes-any-coverage'],
    refs: ['RFC 9421, 7.2.1', 'CWE-345'],
  },
  async ({ phone, attacker, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign({ profile: 'r' });
    const open = await attacker.signSpoilt(order, 'profile-r/component-left-out', registration.key);
    await observeAnswer('refusal', await registration.send(open));
  },
);
