import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'pinning/host-mismatch',
    floor: 'pinning',
    title: 'a trusted certificate for another name opens nothing',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['interceptor-mints-asked-name'],
    refs: ['MASTG-TEST-0283', 'MASWE-0052', 'RFC 9525'],
  },
  async ({ wire, observe }) => {
    await observe('direct', await wire.direct(null));
    const passage = await wire.through('interceptor-for-another-name', null);
    await observe('wire', passage.wire);
    await observe('reading', passage.reading);
  },
);
