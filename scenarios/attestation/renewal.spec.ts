import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/renewal',
    floor: 'attestation',
    title:
      'a registered phone renews its certificate with a new key and fresh evidence, and the old one ends',
    requires: [
      { platform: 'android', attestedBootState: 'verified' },
      { platform: 'ios', appAttest: true },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: ['relying-party-forgets-renewals', 'relying-party-misses-no-registration'],
    refs: ['RFC 7030, 4.2.2', 'NIST SP 800-57: cryptoperiods'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.register();
    const challenge = await registration.renewalChallenge();
    const renewal = await registration.prepareRenewal(challenge);
    const issued = await registration.renew(renewal);
    await observeAnswer('renewal', issued);
    await observeAnswer('with-the-new-certificate', await registration.useRenewed(renewal, issued));
    await observeAnswer('with-the-one-before', await registration.knock());
  },
);
