import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/stolen-by-mitm',
    floor: 'mutual-tls',
    title: 'who has taken a phone’s certificate on the wire cannot be the phone',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-takes-any-client', 'phone-distrusts-interceptor'],
    refs: ['RFC 8446, 4.4.3 (proof of possession)', 'RFC 8705'],
  },
  async ({ wire, mutualTls, observe }) => {
    const alias = await mutualTls.installCertificate('none');
    const passage = await wire.authenticatingTo('trusted-interceptor', { alias, pinning: null });
    await observe('certificate', passage.certificate);
    await observe('connection', passage.connection);
  },
);
