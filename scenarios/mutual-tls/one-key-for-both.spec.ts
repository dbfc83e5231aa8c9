import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/one-key-for-both',
    floor: 'mutual-tls',
    title: 'the key that opens connections signs no orders',
    // What decides it is the relying party's: phones that are healthy show it for all.
    requires: [
      { platform: 'android', attestedBootState: 'verified', rooted: false },
      { platform: 'ios', appAttest: true, rooted: false },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-lets-one-key-do-both'],
    refs: [
      'NIST SP 800-57 Part 1 Rev. 5, 5.2',
      'Conscrypt CryptoUpcalls: NONEwithECDSA',
      'MASVS-CRYPTO-2',
    ],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.register('undemanding');
    const { answer } = await registration.registerSigner('the-key-of-the-connection');
    await observeAnswer('refusal', answer);
    // A refusal leaves the registration as it was.
    await observeAnswer('order', await registration.send(await registration.sign()));
  },
);
