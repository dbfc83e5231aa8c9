import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/another-environment',
    floor: 'attestation',
    title: 'App Attest of one environment is refused by the other',
    requires: { platform: 'ios' },
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-ignores-environment'],
    refs: ['App Attest: aaguid', 'firebase app-check#41'],
  },
  async ({ subject, phone, backend, observeAnswer }) => {
    const other = backend('of-another-environment');
    const challenge = await other.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observeAnswer('refusal', await other.enrol(subject, enrolment));
  },
);
