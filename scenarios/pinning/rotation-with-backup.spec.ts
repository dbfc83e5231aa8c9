import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'pinning/rotation-with-backup',
    floor: 'pinning',
    title: 'an app that carries the backup pin goes on when the server changes its key',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['server-loses-backup-key'],
    refs: ['RFC 7469, 2.5', 'MASTG-TEST-0243', 'MASVS-NETWORK-2'],
  },
  async ({ wire, observe }) => {
    await observe('before', await wire.direct('leaf-and-backup'));
    const passage = await wire.through('rotated-server', 'leaf-and-backup');
    await observe('after', passage.wire);
  },
);
