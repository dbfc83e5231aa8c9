import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/tampered-csr',
    floor: 'attestation',
    title: 'a request that was changed after its key signed it is refused, whoever vouches for it',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['certificate-authority-skips-proof-of-possession'],
    refs: ['RFC 2986, 3', 'RFC 4211, 4 (proof of possession)', 'CWE-347'],
  },
  async ({ subject, phone, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge, csrAttack: 'csr/byte-flipped' });
    await observeAnswer('refusal', await relyingParty.enrol(subject, enrolment));
  },
);
