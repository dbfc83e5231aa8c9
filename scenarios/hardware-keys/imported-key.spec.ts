import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/imported-key',
    floor: 'hardware-keys',
    title: 'a key that was brought to the hardware from outside is not taken for its own',
    requires: { platform: 'android' },
    levers: ['fault'],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-ignores-origin', 'lab-levers-do-nothing'],
    refs: ['Android Key Attestation: origin', 'CWE-345'],
  },
  async ({ subject, lab, phone, relyingParty, observeAnswer }) => {
    await lab.afflict('keys-imported');
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge, rungs: 'hardware' });
    await observeAnswer('refusal', await relyingParty.enrol(subject, enrolment));
  },
);
