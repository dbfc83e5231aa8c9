import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/another-signer',
    floor: 'attestation',
    title: 'an app of the right name is refused where somebody else should have signed it',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-ignores-app-signer', 'verifier-ignores-app-id'],
    refs: [
      'Android Key Attestation: signature digests',
      'App Attest: team id',
      'MASVS-RESILIENCE-2',
    ],
  },
  async ({ subject, phone, backend, observeAnswer }) => {
    const other = backend('of-another-signer');
    const challenge = await other.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observeAnswer('refusal', await other.enrol(subject, enrolment));
  },
);
