import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/app-attest-signature',
    floor: 'signed-body',
    title: 'an App Attest key signs orders of its own app itself, each once and in its turn',
    requires: { platform: 'ios', appAttest: true },
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      'verifier-ignores-request-assertion-counter',
      'relying-party-accepts-replayed-counter',
      'verifier-skips-request-signature',
      'verifier-ignores-request-app',
    ],
    refs: ['Apple: validating apps that connect to your server', 'RFC 9421, 7.2.2'],
  },
  async ({ phone, attacker, backend, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.signByAppAttest();
    await observeAnswer('first-use', await registration.send(order));
    await observeAnswer('replay', await registration.send(order));

    // Signed in the one order and counted in the other, as only a hook in the app would have it.
    const heldBack = await registration.signByAppAttest({ counter: 3n });
    const sooner = await registration.signByAppAttest({ counter: 2n });
    await observeAnswer('sooner', await registration.send(sooner));
    await observeAnswer('held-back', await registration.send(heldBack));

    const next = await registration.signByAppAttest({ counter: 4n });
    const spoilt = attacker.spoilRequest(next, 'signed-request/body-tampered');
    await observeAnswer('tampered', await registration.send(spoilt));

    const elsewhere = await registration.ordersAt(backend('of-another-app'));
    const foreign = await elsewhere.signByAppAttest({ counter: 5n });
    await observeAnswer('to-another-app', await elsewhere.send(foreign));
  },
);
