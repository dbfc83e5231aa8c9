import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/profile-r-tampered',
    floor: 'signed-body',
    title: 'an order whose body is not that of its signed digest is refused',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-refuses-profile-r', 'verifier-ignores-content-digest'],
    refs: ['RFC 9421, 7.2.8', 'RFC 9530', 'CWE-345'],
  },
  async ({ phone, attacker, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign({ profile: 'r' });
    const spoilt = attacker.spoilRequest(order, 'profile-r/body-tampered');
    await observeAnswer('refusal', await registration.send(spoilt));
  },
);
