import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/wrong-eku',
    floor: 'mutual-tls',
    title: 'a certificate that is for servers lets no client in',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'relying-party-takes-any-client',
      'diagnosis-overlooks-usage',
      'relying-party-misses-no-registration',
    ],
    refs: ['RFC 5280, 4.2.1.12'],
  },
  async ({ mutualTls, observe, observeAnswer }) => {
    await mutualTls.installCertificate('wrong-usage');
    await observe('connection', await mutualTls.knock('certified'));
    await observeAnswer('explanation', await mutualTls.explain('certified'));
  },
);
