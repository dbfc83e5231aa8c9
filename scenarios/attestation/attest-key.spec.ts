import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/attest-key',
    floor: 'attestation',
    title: 'a key that another key of the phone attests is refused where policy takes none',
    requires: { platform: 'android', tee: true },
    levers: ['fault'],
    probeFlavour: 'standard',
    quota: { attestations: 2 },
    sabotages: ['verifier-ignores-second-record', 'lab-levers-do-nothing'],
    refs: [
      'Android 12: KeyGenParameterSpec.Builder.setAttestKeyAlias',
      'android/keyattestation: ATTEST_KEY',
    ],
  },
  async ({ subject, lab, phone, relyingParty, observeAnswer }) => {
    await lab.afflict('attest-key');
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge, rungs: 'hardware' });
    await observeAnswer('refusal', await relyingParty.enrol(subject, enrolment));
  },
);
