import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/sent-at-once',
    floor: 'signed-body',
    title: 'one order that is sent many times at once is accepted once',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-accepts-replayed-counter'],
    refs: ['CWE-362', 'CWE-367', 'RFC 4303, 3.4.3'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign();
    const answers = await Promise.all([1, 2, 3].map(() => registration.send(order)));
    const refused = answers.filter(({ status }) => status !== 200);
    const accepted = answers.filter(({ status }) => status === 200);
    for (const [index, answer] of [...accepted, ...refused].entries()) {
      await observeAnswer(`answer-${index + 1}`, answer);
    }
  },
);
