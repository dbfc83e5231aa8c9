import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/accepted',
    floor: 'mutual-tls',
    title: 'a phone with an issued certificate for its own key is let in',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['client-certificate-expires-early', 'relying-party-misses-no-registration'],
    refs: ['RFC 8446, 4.4.2', 'MASVS-AUTH-1'],
  },
  async ({ mutualTls, observe, observeAnswer }) => {
    await mutualTls.installCertificate('none');
    await observe('connection', await mutualTls.knock('certified'));
    await observeAnswer('explanation', await mutualTls.explain('certified'));
  },
);
