import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/replayed',
    floor: 'signed-body',
    title: 'an order that was accepted is not accepted again',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-accepts-replayed-counter'],
    refs: ['RFC 9421, 7.2.2', 'CWE-294'],
  },
  async ({ phone, attacker, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign();
    await observeAnswer('first-use', await registration.send(order));
    await observeAnswer('replay', await registration.send(order));
    // Of an ECDSA signature (r, s), (r, n - s) verifies too: a list of signatures would not know it.
    const twin = attacker.spoilRequest(order, 'signed-request/signature-twin');
    await observeAnswer('replay-of-its-twin', await registration.send(twin));
  },
);
