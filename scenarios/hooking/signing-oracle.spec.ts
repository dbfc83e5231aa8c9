import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hooking/signing-oracle',
    floor: 'hooking',
    title: 'who is in the process has the key sign what he likes, and cannot take it away',
    requires: { rooted: true },
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['keystore-exports-hardware-keys'],
    refs: ['MASVS-CRYPTO-2', 'MASVS-RESILIENCE-4'],
  },
  async ({ phone, observe, observeAnswer }) => {
    const registration = await phone.registered();
    await observeAnswer(
      'order-of-the-attacker',
      await registration.send(await registration.sign()),
    );
    await observe('export', (await phone.tryExport(registration.key)).observation);
  },
);
