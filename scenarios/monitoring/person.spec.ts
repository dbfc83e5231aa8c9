import { scenario } from '../../harness/run/scenario.js';

// Somebody looks, reads, comes back: pauses between taps, in ms.
const PAUSES_MS = [3, 41, 7, 95, 12, 260, 5, 33, 150, 18, 64, 9, 400].map((s) => s * 1000);

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
