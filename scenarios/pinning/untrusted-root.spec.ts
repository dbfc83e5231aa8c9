import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'pinning/untrusted-root',
    floor: 'pinning',
    title:
      'an app that pins nothing still gives nothing to an authority that its phone does not trust',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['phone-trusts-every-interceptor'],
    refs: ['MASTG-TEST-0282', 'MASWE-0052', 'RFC 5280, 6.1'],
  },
  async ({ wire, observe }) => {
    await observe('direct', await wire.direct(null));
    const passage = await wire.through('untrusted-interceptor', null);
    await observe('wire', passage.wire);
    await observe('reading', passage.reading);
  },
);
