import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hooking/pin-forced',
    floor: 'hooking',
    title: 'a hook that answers for the pin check lets an interceptor read everything',
    requires: { rooted: true },
    levers: ['hook'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'lab-levers-do-nothing',
      'app-pins-nothing',
      'phone-distrusts-interceptor',
      'app-pins-interceptor',
    ],
    refs: ['MASTG-TECH-0012', 'MASTG-TECH-0064', 'MASVS-RESILIENCE-4'],
  },
  async ({ lab, wire, observe }) => {
    await observe('before', (await wire.through('trusted-interceptor', 'leaf')).wire);
    await lab.hook('pin-check-forced');
    const passage = await wire.through('trusted-interceptor', 'leaf');
    await observe('wire', passage.wire);
    await observe('reading', passage.reading);
  },
);
