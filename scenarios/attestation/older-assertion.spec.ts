import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/older-assertion',
    floor: 'attestation',
    title: 'an assertion that is older than one that was seen is refused',
    requires: { platform: 'ios', appAttest: true },
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-ignores-assertion-counter'],
    refs: ['App Attest: the counter must increase', 'CWE-294'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.register();
    const older = await registration.prepareRenewal(await registration.renewalChallenge());
    const newer = await registration.prepareRenewal(await registration.renewalChallenge());
    await observeAnswer('newer', await registration.renew(newer));
    await observeAnswer('older', await registration.renew(older));
  },
);
