import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hooking/untrusted-root',
    floor: 'hooking',
    title: 'a hook in the app forces its pins, and not the platform’s trust',
    requires: { rooted: true },
    levers: ['hook'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['phone-trusts-every-interceptor'],
    refs: ['RFC 5280, 6.1', 'MASVS-NETWORK-1'],
  },
  async ({ lab, wire, observe }) => {
    await lab.hook('pin-check-forced');
    const passage = await wire.through('untrusted-interceptor', 'leaf');
    await observe('wire', passage.wire);
    await observe('reading', passage.reading);
  },
);
