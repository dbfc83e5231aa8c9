import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/foreign-challenge',
    floor: 'attestation',
    title: "another session's challenge is unknown to this one",
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-ignores-challenge-owner'],
    refs: ['RFC 9334, 10 (freshness)', 'CWE-384'],
  },
  async ({ subject, phone, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(`${subject}-other`);
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observeAnswer('refusal', await relyingParty.enrol(subject, enrolment));
  },
);
