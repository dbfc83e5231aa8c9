import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/strongbox-failing',
    floor: 'hardware-keys',
    title: 'a StrongBox that fails as no absent one does leads to the TEE, with its own reason',
    requires: { strongbox: true },
    levers: ['fault'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['lab-levers-do-nothing'],
    refs: [
      'AOSP AndroidKeyStoreKeyPairGeneratorSpi: ProviderException',
      'radixdlt/babylon-wallet-android#920',
    ],
  },
  async ({ lab, phone, observe }) => {
    await lab.afflict('strongbox-failing');
    const { ladder } = await phone.makeKey('ec-p256');
    await observe('ladder', ladder);
  },
);
