import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/tampered',
    floor: 'signed-body',
    title: 'an order whose body was changed on the way is refused',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-skips-request-signature'],
    refs: ['RFC 9421, 7.2.6', 'RFC 9530', 'CWE-345'],
  },
  async ({ phone, attacker, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign();
    const spoilt = attacker.spoilRequest(order, 'signed-request/body-tampered');
    await observeAnswer('refusal', await registration.send(spoilt));
  },
);
