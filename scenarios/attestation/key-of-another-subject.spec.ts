import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/key-of-another-subject',
    floor: 'attestation',
    title: 'a key that is registered for one account is refused to another',
    requires: { platform: 'ios', appAttest: true },
    probeFlavour: 'standard',
    quota: { attestations: 2 },
    sabotages: ['relying-party-shares-keys'],
    refs: ['CWE-287', 'RFC 4211, 4'],
  },
  async ({ subject, phone, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observeAnswer('first', await relyingParty.enrol(subject, enrolment));

    const other = `${subject}-2`;
    const again = await relyingParty.challenge(other);
    const vouched = await phone.prepareEnrolment({ challenge: again, keyOf: enrolment });
    await observeAnswer('second', await relyingParty.enrol(other, vouched));
  },
);
