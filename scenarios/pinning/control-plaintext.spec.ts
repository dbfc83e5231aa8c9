import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'pinning/control-plaintext',
    floor: 'pinning',
    title: 'an app that pins nothing is read to the byte by whom its phone trusts',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['phone-distrusts-interceptor'],
    refs: ['MASTG-TEST-0285', 'MASWE-0052', 'MASVS-NETWORK-1'],
  },
  async ({ wire, observe }) => {
    const passage = await wire.through('trusted-interceptor', null);
    await observe('wire', passage.wire);
    await observe('reading', passage.reading);
  },
);
