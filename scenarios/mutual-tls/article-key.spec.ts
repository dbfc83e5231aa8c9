import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/article-key',
    floor: 'mutual-tls',
    title:
      'a key that may sign with SHA-256 alone opens no connection on Android, and one with NONE does',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['keystore-takes-any-digest', 'client-certificate-expires-early'],
    refs: ['Conscrypt CryptoUpcalls: NONEwithECDSA', 'KeyMint INCOMPATIBLE_DIGEST (-13)'],
  },
  async ({ mutualTls, observe }) => {
    await mutualTls.installCertificate('none', 'sha256-only');
    await observe('sha256-only', await mutualTls.knock('certified'));
    await mutualTls.installCertificate('none', 'none-and-sha256');
    await observe('none-and-sha256', await mutualTls.knock('certified'));
  },
);
