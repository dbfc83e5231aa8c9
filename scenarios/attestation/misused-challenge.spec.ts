import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/misused-challenge',
    floor: 'attestation',
    title: 'a challenge that nobody issued, or that was issued for something else, is unknown',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 2 },
    sabotages: [
      'relying-party-takes-made-up-challenges',
      'relying-party-ignores-challenge-purpose',
    ],
    refs: ['RFC 9334, 10 (freshness)', 'CWE-330', 'CWE-441'],
  },
  async ({ subject, phone, laptop, relyingParty, observeAnswer }) => {
    const challenge = laptop.makeUpChallenge();
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observeAnswer('made-up', await relyingParty.enrol(subject, enrolment));

    const registration = await phone.registered();
    const renewal = await registration.prepareRenewal(await registration.signChallenge());
    await observeAnswer('of-a-signing-key', await registration.renew(renewal));
  },
);
