import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hooking/changed-before-signing',
    floor: 'hooking',
    title: 'an order that is changed before it is signed is signed and accepted',
    requires: { rooted: true },
    levers: ['hook'],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['lab-levers-do-nothing'],
    refs: ['MASVS-RESILIENCE-4', 'MASTG-TEST-0045'],
  },
  async ({ lab, phone, observeAnswer, observeOrder }) => {
    const registration = await phone.registered();
    await lab.hook('body-changed-before-signing');
    const order = await registration.sign();
    await observeAnswer('changed-order', await registration.send(order));
    await observeOrder('body', order);
  },
);
