import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hooking/changed-after-signing',
    floor: 'hooking',
    title: 'an order that is changed after it was signed is refused, hook or not',
    requires: { rooted: true },
    levers: ['hook'],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-skips-request-signature', 'lab-levers-do-nothing'],
    refs: ['RFC 9421, 7.2.6', 'MASVS-RESILIENCE-4'],
  },
  async ({ lab, phone, observeAnswer }) => {
    const registration = await phone.registered();
    await lab.hook('body-changed-after-signing');
    await observeAnswer('refusal', await registration.send(await registration.sign()));
  },
);
