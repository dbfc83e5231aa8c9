import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'pinning/rule-based-proxy',
    floor: 'pinning',
    title:
      'a proxy of the phone’s settings reads and rewrites what is not pinned, and nothing that is',
    requires: {},
    levers: ['proxy'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['app-pins-nothing', 'lab-levers-do-nothing'],
    refs: ['MASTG-TECH-0011', 'MASTG-TECH-0120', 'MASWE-0047', 'MASVS-NETWORK-2'],
  },
  async ({ wire, observe }) => {
    const unpinned = await wire.byProxy(null);
    await observe('unpinned', unpinned.wire);
    await observe('unpinned-reading', unpinned.reading);
    const pinned = await wire.byProxy('leaf');
    await observe('pinned', pinned.wire);
    await observe('pinned-reading', pinned.reading);
  },
);
