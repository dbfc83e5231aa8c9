import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/rolled-back',
    floor: 'signed-body',
    title: 'a counter that goes back is refused, as after a restored backup',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-accepts-rolled-back-counter'],
    refs: ['RFC 4303, 3.4.3', 'CWE-294'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const older = await registration.sign();
    const newer = await registration.sign();
    await observeAnswer('newer', await registration.send(newer));
    await observeAnswer('older', await registration.send(older));
  },
);
