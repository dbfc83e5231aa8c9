import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/unfitting-evidence',
    floor: 'attestation',
    title: 'a first key needs an attestation, of a key that has never been used',
    requires: { platform: 'ios', appAttest: true },
    probeFlavour: 'standard',
    quota: { attestations: 2 },
    sabotages: [
      'relying-party-takes-any-format',
      'verifier-ignores-attestation-counter',
      'verifier-ignores-client-data',
    ],
    refs: [
      'Apple: establishing your app’s integrity',
      'Apple: validating apps that connect to your server, attestation step 7',
      'CWE-294',
    ],
  },
  async ({ subject, phone, attacker, relyingParty, observeAnswer }) => {
    const { appAttestKeyId } = await phone.registered();
    const asserted = await phone.prepareEnrolment({
      challenge: await relyingParty.challenge(subject),
      ...(appAttestKeyId === null ? {} : { appAttestKeyId }),
    });
    await observeAnswer('assertion-at-first', await relyingParty.enrol(subject, asserted));

    const challenge = await relyingParty.challenge(subject);
    const used = attacker.raiseCounter(await phone.prepareEnrolment({ challenge }));
    await observeAnswer('key-used-before', await relyingParty.enrol(subject, used));
  },
);
