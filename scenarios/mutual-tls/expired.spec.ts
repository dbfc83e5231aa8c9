import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/expired',
    floor: 'mutual-tls',
    title: 'a phone whose certificate has expired is not let in',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'relying-party-takes-any-client',
      'relying-party-keeps-expired-clients',
      'relying-party-misses-no-registration',
    ],
    refs: ['RFC 5280, 6.1.3'],
  },
  async ({ mutualTls, observe, observeAnswer }) => {
    await mutualTls.installCertificate('expired');
    await observe('connection', await mutualTls.knock('certified'));
    await observeAnswer('explanation', await mutualTls.explain('certified'));
  },
);
