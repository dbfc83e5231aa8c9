import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/another-app',
    floor: 'attestation',
    title: 'evidence of this app is worth nothing to the backend of another one',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-ignores-app-name', 'verifier-ignores-app-id'],
    refs: ['Android Key Attestation: attestationApplicationId', 'App Attest: rpIdHash', 'CWE-345'],
  },
  async ({ subject, phone, backend, observeAnswer }) => {
    const other = backend('of-another-app');
    const challenge = await other.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observeAnswer('refusal', await other.enrol(subject, enrolment));
  },
);
