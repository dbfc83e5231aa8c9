import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/late-challenge',
    floor: 'attestation',
    title: 'a challenge that is presented after its life is refused, whatever the evidence',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-ignores-challenge-life'],
    refs: ['RFC 9334, 10 (freshness)', 'CWE-613'],
  },
  async ({ subject, phone, backend, observeAnswer }) => {
    const hasty = backend('hasty');
    const challenge = await hasty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observeAnswer('refusal', await hasty.enrol(subject, enrolment));
  },
);
