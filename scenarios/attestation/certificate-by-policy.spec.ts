import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/certificate-by-policy',
    floor: 'attestation',
    title:
      'a request that asks for another name and an authority’s rights gets what policy gives all',
    requires: [
      { platform: 'android', attestedBootState: 'verified' },
      { platform: 'ios', appAttest: true },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['certificate-authority-obeys-requests', 'certificate-authority-issues-for-a-year'],
    refs: ['RFC 2986, 3', 'RFC 5280, 4.2.1.9 and 4.2.1.12', 'CWE-295'],
  },
  async ({ subject, phone, relyingParty, observe, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge, greedy: true });
    const issued = await relyingParty.enrol(subject, enrolment);
    await observeAnswer('enrolment', issued);
    await observe('certificate', relyingParty.policyOf(issued, subject));
    await observe('lifetime', relyingParty.lifetimeOf(issued));
  },
);
