import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/denied-key',
    floor: 'signed-body',
    title: 'a signing key of an incident signs nothing any more and is not registered again',
    // What decides it is the relying party's: phones that are healthy show it for all.
    requires: [
      { platform: 'android', attestedBootState: 'verified', rooted: false },
      { platform: 'ios', appAttest: true, rooted: false },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-ignores-denied-signers', 'relying-party-certifies-denied-keys'],
    refs: ['NIST SP 800-57 Part 1 Rev. 5, 8.3.5', 'MASVS-AUTH-1', 'CWE-672'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.register('undemanding');
    await observeAnswer('before', await registration.send(await registration.sign()));
    await registration.reportSignerLeaked();
    await observeAnswer('leaked', await registration.send(await registration.sign()));
    const again = await registration.registerSigner('the-key-that-signs');
    await observeAnswer('registered-again', again.answer);
    const fresh = await registration.registerSigner('a-new-key');
    const orders = fresh.orders();
    await observeAnswer('new-key', await orders.send(await orders.sign()));
  },
);
