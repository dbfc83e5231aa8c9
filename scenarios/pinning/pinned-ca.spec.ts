import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'pinning/pinned-ca',
    floor: 'pinning',
    title:
      "an app that pins the server's authority gives nothing to an interceptor that its phone trusts",
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['phone-distrusts-interceptor', 'app-pins-interceptor', 'app-pins-nothing'],
    refs: ['MASTG-TEST-0242', 'MASWE-0047', 'MASVS-NETWORK-2'],
  },
  async ({ wire, observe }) => {
    await observe('direct', await wire.direct('authority'));
    const passage = await wire.through('trusted-interceptor', 'authority');
    await observe('wire', passage.wire);
    await observe('reading', passage.reading);
  },
);
