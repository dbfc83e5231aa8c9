import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/server-made-key',
    floor: 'hardware-keys',
    title: 'evidence for a key that somebody else made: certified it cannot be, vouched for it can',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-ignores-key-binding'],
    refs: [
      'Android Key Attestation: the leaf certifies the key',
      'Apple: establishing your app’s integrity',
    ],
  },
  async ({ subject, phone, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge, csrAttack: 'csr/key-swapped' });
    await observeAnswer('enrolment', await relyingParty.enrol(subject, enrolment));
  },
);
