import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/no-evidence',
    floor: 'attestation',
    title: 'a script on a laptop gets no certificate, however well formed its request',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-needs-no-evidence'],
    refs: ['RFC 9334, 5.2', 'CWE-306'],
  },
  async ({ subject, laptop, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const request = laptop.prepareEnrolment({ subject, challenge });
    await observeAnswer('refusal', await relyingParty.enrol(subject, request));
  },
);
