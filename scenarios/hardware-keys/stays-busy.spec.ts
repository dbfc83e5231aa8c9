import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/stays-busy',
    floor: 'hardware-keys',
    title: 'hardware that stays busy yields no key rather than a lesser one',
    requires: {},
    levers: ['fault'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['probe-falls-on-transient-errors', 'lab-levers-do-nothing'],
    refs: ['Android Keystore: KeyStoreException.isTransientFailure', 'MASVS-CRYPTO-2'],
  },
  async ({ lab, phone, observe }) => {
    await lab.troubleKeystore();
    const { ladder } = await phone.makeKey('ec-p256');
    await observe('ladder', ladder);
  },
);
