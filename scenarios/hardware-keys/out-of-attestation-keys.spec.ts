import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/out-of-attestation-keys',
    floor: 'hardware-keys',
    title: 'a phone that has run out of attestation keys waits for new ones, and keeps its level',
    requires: { platform: 'android' },
    levers: ['fault'],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      { sabotage: 'probe-falls-on-transient-errors', on: { strongbox: true } },
      { sabotage: 'lab-levers-do-nothing', on: { strongbox: true } },
      'phone-claims-level-it-lacks',
    ],
    refs: [
      'Android: remote key provisioning, OUT_OF_KEYS',
      'KeyStoreException.ERROR_ATTESTATION_KEYS_UNAVAILABLE',
    ],
  },
  async ({ subject, lab, phone, relyingParty, observe }) => {
    await lab.afflict('attestation-keys-exhausted', { times: 1 });
    const challenge = await relyingParty.challenge(subject);
    const { ladder } = await phone.makeKey('ec-p256', { challenge });
    await observe('ladder', ladder);
  },
);
