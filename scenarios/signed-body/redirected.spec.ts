import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/redirected',
    floor: 'signed-body',
    title:
      'an order is good for the host, method and path that it was signed for, and for no other',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-routes-any-path', 'verifier-skips-request-signature'],
    refs: ['RFC 9421, 7.2.1', 'CWE-441'],
  },
  async ({ phone, attacker, backend, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign();
    const spoilt = attacker.spoilRequest(order, 'signed-request/path-redirected');
    await observeAnswer('refusal', await registration.send(spoilt));
    const changed = attacker.spoilRequest(order, 'signed-request/method-changed');
    await observeAnswer('another-method', await registration.send(changed));
    const elsewhere = await registration.ordersAt(backend('of-another-app'));
    await observeAnswer('another-host', await elsewhere.send(order));
  },
);
