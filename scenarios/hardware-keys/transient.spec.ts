import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/transient',
    floor: 'hardware-keys',
    title: 'hardware that is busy for a moment is asked again, and never passed over',
    requires: {},
    levers: ['fault'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'probe-falls-on-transient-errors',
      'lab-levers-do-nothing',
      'phone-claims-level-it-lacks',
    ],
    refs: ['Android Keystore: KeyStoreException.isTransientFailure', 'MASVS-CRYPTO-2'],
  },
  async ({ lab, phone, observe }) => {
    await lab.troubleKeystore({ times: 2 });
    const { ladder } = await phone.makeKey('ec-p256');
    await observe('ladder', ladder);
  },
);
