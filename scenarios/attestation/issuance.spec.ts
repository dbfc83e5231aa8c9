import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/issuance',
    floor: 'attestation',
    title: 'a genuine phone gets a certificate that is short-lived and for its own key',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['certificate-authority-issues-for-a-year'],
    refs: ['RFC 9334 (background-check model)', 'RFC 2986', 'RFC 5280, 4.1.2.5'],
  },
  async ({ subject, phone, relyingParty, observe, observeAnswer, observeAppraisal }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    const answer = await relyingParty.enrol(subject, enrolment);
    await observeAnswer('enrolment', answer);
    if (enrolment.evidence !== null) await observeAppraisal('evidence');
    // What a class is refused it cannot install, and its expectations say so.
    if (answer.status !== 201) return;
    await observe('certificate-lifetime', relyingParty.lifetimeOf(answer));
    await observe('installation', await phone.install(enrolment, answer));
  },
);
