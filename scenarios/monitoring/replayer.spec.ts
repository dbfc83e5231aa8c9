import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'monitoring/replayer',
    floor: 'monitoring',
    title: 'an order that is sent again and again raises signals of its own',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-overlooks-traffic', 'relying-party-accepts-replayed-counter'],
    refs: ['connect2id 19.2: rejectedReplay', 'CWE-294'],
  },
  async ({ phone, watch, observe }) => {
    const registration = await phone.register('watched');
    const order = await registration.sign();
    for (let sent = 0; sent < 5; sent++) await registration.send(order);
    await observe('signals', await watch.signals(registration));
  },
);
