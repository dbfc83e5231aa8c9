import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/no-certificate',
    floor: 'mutual-tls',
    title: 'a phone without a certificate is not let in',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-takes-any-client', 'relying-party-misses-no-certificate'],
    refs: ['RFC 8446, 4.4.2.4'],
  },
  async ({ mutualTls, observe, observeAnswer }) => {
    await observe('connection', await mutualTls.knock('nobody'));
    await observeAnswer('explanation', await mutualTls.explain('nobody'));
  },
);
