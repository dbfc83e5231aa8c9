import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/revoked-since',
    floor: 'attestation',
    title: 'an attestation key that is revoked enrols nobody any more, and renews nothing',
    requires: { platform: 'android', attestedBootState: 'verified' },
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: ['verifier-ignores-revocation'],
    refs: ['Android: attestation status list', '5ec1cff/TrickyStore', 'RFC 5280, 6.3'],
  },
  async ({ subject, phone, relyingParty, backend, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const before = await phone.prepareEnrolment({ challenge });
    await observeAnswer('before', await relyingParty.enrol(subject, before));

    const revoking = backend('after-revocation');
    const later = await revoking.challenge(subject);
    const after = await phone.prepareEnrolment({ challenge: later });
    await observeAnswer('after', await revoking.enrol(subject, after));

    const registration = await phone.registered();
    const renewal = await registration.prepareRenewal(await registration.renewalChallenge());
    await observeAnswer('renewal', await registration.renew(renewal, revoking));
  },
);
