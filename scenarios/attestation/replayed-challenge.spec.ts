import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/replayed-challenge',
    floor: 'attestation',
    title: 'a challenge is good once, and old evidence is not good for a new one',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: [
      'relying-party-respends-challenges',
      'verifier-ignores-challenge',
      'verifier-ignores-client-data',
    ],
    refs: ['RFC 9334, 10 (freshness)', 'CWE-294'],
  },
  async ({ subject, phone, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const first = await phone.prepareEnrolment({ challenge });
    await observeAnswer('first-use', await relyingParty.enrol(subject, first));

    const second = await phone.prepareEnrolment({ challenge });
    await observeAnswer('second-use', await relyingParty.enrol(subject, second));

    const fresh = await relyingParty.challenge(subject);
    const old = await phone.prepareEnrolment({ challenge: fresh, evidenceChallenge: challenge });
    await observeAnswer('old-evidence', await relyingParty.enrol(subject, old));
  },
);
