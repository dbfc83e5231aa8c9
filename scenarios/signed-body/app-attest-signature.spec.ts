import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/app-attest-signature',
    floor: 'signed-body',
    title: 'an App Attest key signs orders itself, each once',
    requires: { platform: 'ios', appAttest: true },
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      'verifier-ignores-request-assertion-counter',
      'relying-party-accepts-replayed-counter',
    ],
    refs: ['Apple: validating apps that connect to your server', 'RFC 9421, 7.2.2'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.signByAppAttest();
    await observeAnswer('first-use', await registration.send(order));
    await observeAnswer('replay', await registration.send(order));
  },
);
