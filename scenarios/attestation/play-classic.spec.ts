import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/play-classic',
    floor: 'attestation',
    title:
      'a classic Play Integrity token is opened by the backend itself, and good for its own request alone',
    requires: { platform: 'android' },
    levers: ['play-console'],
    probeFlavour: 'standard',
    quota: { attestations: 2 },
    sabotages: [{ sabotage: 'verifier-ignores-play-nonce', on: { tee: true } }],
    refs: ['Google, Make a classic API request', 'RFC 9334, 10 (freshness)', 'CWE-294'],
  },
  async ({ subject, phone, backend, observeAnswer }) => {
    const demanding = backend('demanding-play');
    const first = await phone.prepareEnrolment({ challenge: await demanding.challenge(subject) });
    const verdict = await phone.integrityVerdict(first, 'classic');
    await observeAnswer(
      'enrolment',
      await demanding.enrol(subject, { ...first, playIntegrity: verdict }),
    );

    const next = await phone.prepareEnrolment({ challenge: await demanding.challenge(subject) });
    const foreign = await phone.integrityVerdict(first, 'classic');
    await observeAnswer(
      'foreign-verdict',
      await demanding.enrol(subject, { ...next, playIntegrity: foreign }),
    );
  },
);
