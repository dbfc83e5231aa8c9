import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/repeated-request',
    floor: 'attestation',
    title:
      'who repeats a request whose answer was lost gets that answer, and nobody gets another one',
    requires: [
      { platform: 'android', attestedBootState: 'verified' },
      { platform: 'ios', appAttest: true },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-forgets-answers', 'relying-party-respends-challenges'],
    refs: ['RFC 9110, 9.2.2 (idempotent methods)', 'RFC 9334, 10 (freshness)', 'CWE-837'],
  },
  async ({ subject, phone, relyingParty, observeAnswer, observeRepeated }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    const first = await relyingParty.enrol(subject, enrolment);
    await observeAnswer('first', first);
    await observeRepeated('again', first, await relyingParty.enrol(subject, enrolment));

    const changed = await phone.prepareEnrolment({ challenge, keyOf: enrolment });
    await observeAnswer('changed', await relyingParty.enrol(subject, changed));
  },
);
