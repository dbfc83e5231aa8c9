import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/foreign-issuer',
    floor: 'mutual-tls',
    title: 'a phone with the certificate of a stranger is not let in',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'relying-party-takes-any-client',
      'diagnosis-overlooks-authority',
      'relying-party-misses-no-registration',
    ],
    refs: ['RFC 5280, 6.1.3'],
  },
  async ({ mutualTls, observe, observeAnswer }) => {
    await mutualTls.installCertificate('foreign-issuer');
    await observe('connection', await mutualTls.knock('certified'));
    await observeAnswer('explanation', await mutualTls.explain('certified'));
  },
);
