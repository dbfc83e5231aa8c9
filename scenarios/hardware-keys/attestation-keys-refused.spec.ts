import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/attestation-keys-refused',
    floor: 'hardware-keys',
    title: 'a phone whose vendor issues it no attestation key says so, and claims no hardware',
    requires: { platform: 'android' },
    levers: ['fault'],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      { sabotage: 'lab-levers-do-nothing', on: { strongbox: true } },
      'phone-claims-level-it-lacks',
    ],
    refs: ['Android: remote key provisioning, SERVER_REFUSED_ISSUANCE'],
  },
  async ({ subject, lab, phone, relyingParty, observe }) => {
    await lab.afflict('attestation-keys-refused');
    const challenge = await relyingParty.challenge(subject);
    const { ladder } = await phone.makeKey('ec-p256', { challenge });
    await observe('ladder', ladder);
  },
);
