import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/profile-r-uncovered',
    floor: 'signed-body',
    title: 'an order whose signature leaves a part of it open is refused',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-takes-any-coverage', 'verifier-skips-request-signature'],
    refs: ['RFC 9421, 7.2.1', 'CWE-345'],
  },
  async ({ phone, attacker, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign({ profile: 'r' });
    const spoilt = attacker.spoilRequest(order, 'profile-r/component-left-out');
    await observeAnswer('refusal', await registration.send(spoilt));
  },
);
