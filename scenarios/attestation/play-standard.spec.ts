import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/play-standard',
    floor: 'attestation',
    title:
      'a standard Play Integrity token is decoded by Google, and good for its own request alone',
    requires: { platform: 'android' },
    levers: ['play-decode'],
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: [
      { sabotage: 'verifier-ignores-play-request-hash', on: { tee: true } },
      'relying-party-takes-undecoded-verdicts',
    ],
    refs: ['Google, Make a standard API request', 'RFC 9334, 10 (freshness)', 'CWE-294'],
  },
  async ({ subject, phone, laptop, backend, observeAnswer }) => {
    const demanding = backend('demanding-play');
    const first = await phone.prepareEnrolment({ challenge: await demanding.challenge(subject) });
    const verdict = await phone.integrityVerdict(first, 'standard');
    await observeAnswer(
      'enrolment',
      await demanding.enrol(subject, { ...first, playIntegrity: verdict }),
    );

    const next = await phone.prepareEnrolment({ challenge: await demanding.challenge(subject) });
    const foreign = await phone.integrityVerdict(first, 'standard');
    await observeAnswer(
      'foreign-verdict',
      await demanding.enrol(subject, { ...next, playIntegrity: foreign }),
    );

    const last = await phone.prepareEnrolment({ challenge: await demanding.challenge(subject) });
    await observeAnswer(
      'made-up-token',
      await demanding.enrol(subject, { ...last, playIntegrity: laptop.makeUpVerdict() }),
    );
  },
);
