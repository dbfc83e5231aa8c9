import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/swapped-key',
    floor: 'attestation',
    title: "genuine evidence does not carry a certificate for somebody else's key",
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-ignores-key-binding', 'verifier-ignores-client-data'],
    refs: ['Android Key Attestation: the leaf certifies the key', 'CWE-345'],
  },
  async ({ subject, phone, attacker, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    const spoilt = attacker.spoil(enrolment, 'csr/key-swapped');
    await observeAnswer('refusal', await relyingParty.enrol(subject, spoilt));
  },
);
