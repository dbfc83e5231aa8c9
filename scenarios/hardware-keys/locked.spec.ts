import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/locked',
    floor: 'hardware-keys',
    title: 'a locked phone yields no hardware key, and says why',
    requires: {},
    levers: ['fault'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'lab-levers-do-nothing',
      { sabotage: 'probe-falls-on-transient-errors', on: { platform: 'ios' } },
    ],
    refs: ['errSecInteractionNotAllowed (-25308)', 'Android keystore2: ResponseCode LOCKED'],
  },
  async ({ lab, phone, observe }) => {
    await lab.lockPhone();
    const { ladder } = await phone.makeKey('ec-p256', { rungs: 'hardware' });
    await observe('ladder', ladder);
  },
);
