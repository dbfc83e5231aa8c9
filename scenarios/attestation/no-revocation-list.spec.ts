import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/no-revocation-list',
    floor: 'attestation',
    title: 'without a list of revoked keys nobody is enrolled',
    requires: { platform: 'android' },
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-needs-no-revocation-list'],
    refs: ['Android: attestation status list', 'CWE-636 (not failing securely)'],
  },
  async ({ subject, phone, backend, observeAnswer }) => {
    const unlisted = backend('unlisted');
    const challenge = await unlisted.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observeAnswer('refusal', await unlisted.enrol(subject, enrolment));
  },
);
