import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/key-of-another-subject',
    floor: 'attestation',
    title:
      'a key that is registered for one account is refused to another, and so is who vouched for it',
    requires: [
      { platform: 'android', attestedBootState: 'verified' },
      { platform: 'ios', appAttest: true },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: [
      'relying-party-shares-keys',
      { sabotage: 'relying-party-shares-app-attest-keys', on: { platform: 'ios' } },
      'verifier-ignores-challenge',
      'verifier-ignores-key-binding',
      'verifier-ignores-client-data',
    ],
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

    const last = await phone.prepareEnrolment({ challenge: await relyingParty.challenge(other) });
    const borrowed = { ...last, evidence: enrolment.evidence };
    await observeAnswer('borrowed-evidence', await relyingParty.enrol(other, borrowed));
  },
);
