import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'pinning/rotation-without-backup',
    floor: 'pinning',
    title: 'an app without backup pin fails closed when the server changes its key',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['server-keeps-its-key', 'app-pins-nothing'],
    refs: ['RFC 7469, 2.5', 'MASTG-TEST-0243', 'MASVS-NETWORK-2'],
  },
  async ({ wire, observe }) => {
    await observe('before', await wire.direct('leaf'));
    const passage = await wire.through('rotated-server', 'leaf');
    await observe('after', passage.wire);
  },
);
