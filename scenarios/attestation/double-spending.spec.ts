import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/double-spending',
    floor: 'attestation',
    title: 'one challenge that is presented many times at once is spent by one of them',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: ['relying-party-respends-challenges'],
    refs: ['CWE-362', 'CWE-367', 'RFC 9334, 10 (freshness)'],
  },
  async ({ subject, phone, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolments = [
      await phone.prepareEnrolment({ challenge }),
      await phone.prepareEnrolment({ challenge }),
      await phone.prepareEnrolment({ challenge }),
    ];
    const answers = await Promise.all(
      enrolments.map((enrolment) => relyingParty.enrol(subject, enrolment)),
    );
    // Which of them is first is nobody's to say.
    const late = answers.filter(({ code }) => code === 'challenge_replayed');
    const first = answers.filter((answer) => !late.includes(answer));
    for (const [index, answer] of [...first, ...late].entries()) {
      await observeAnswer(`answer-${index + 1}`, answer);
    }
  },
);
