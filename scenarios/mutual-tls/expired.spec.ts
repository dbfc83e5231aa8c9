import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/expired',
    floor: 'mutual-tls',
    title: 'a phone whose certificate has expired is not let in',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-takes-any-client'],
    refs: ['RFC 5280, 6.1.3'],
  },
  async ({ mutualTls, observe }) => {
    await mutualTls.installCertificate('expired');
    await observe('connection', await mutualTls.knock('certified'));
  },
);
