import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/renewal-by-old-evidence',
    floor: 'attestation',
    title: 'a renewal needs evidence that was made for it',
    requires: [
      { platform: 'android', attestedBootState: 'verified' },
      { platform: 'ios', appAttest: true },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: [
      'verifier-ignores-challenge',
      'verifier-ignores-key-binding',
      'verifier-ignores-assertion-signature',
    ],
    refs: ['RFC 9334, 10 (freshness)', 'CWE-294'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const old = await registration.prepareRenewal(await registration.renewalChallenge());
    const challenge = await registration.renewalChallenge();
    const fresh = await registration.prepareRenewal(challenge);
    await observeAnswer('refusal', await registration.renew({ ...fresh, evidence: old.evidence }));
  },
);
