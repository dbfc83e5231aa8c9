import { scenario } from '../../harness/run/scenario.js';

// Somebody looks, reads, comes back: pauses between taps, in ms. They take more than an hour, over
// which not even a machine that is busy at one end delays a message by as much as a clock drifts.
const PAUSES_MS = [12, 164, 28, 380, 48, 1_040, 20, 132, 600, 72, 256, 36, 1_600].map(
  (s) => s * 1000,
);

scenario(
  {
    id: 'monitoring/person',
    floor: 'monitoring',
    title: 'what people do with an app raises no signal',
    requires: {},
    levers: ['clock'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-overlooks-traffic', 'lab-levers-do-nothing'],
    refs: [
      'OWASP Bot Management and Anti-Automation Cheat Sheet',
      'docs.wallarm.com: API abuse prevention',
    ],
  },
  async ({ phone, watch, observe }) => {
    const registration = await phone.register('watched');
    await watch.sendWithPauses(registration, PAUSES_MS);
    await observe('signals', await watch.signals(registration));
  },
);
