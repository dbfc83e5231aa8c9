import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/clock-skew',
    floor: 'signed-body',
    title:
      'a phone whose clock is wrong is refused, told by how much, and heard once it has corrected it',
    requires: {},
    levers: ['clock'],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['relying-party-accepts-future-timestamps', 'lab-levers-do-nothing'],
    refs: ['openid/connect#1836', 'RFC 9457, 3.2', 'RFC 9421, 7.2.2'],
  },
  async ({ lab, phone, observeAnswer }) => {
    const registration = await phone.registered();
    await lab.putClockAhead(10 * 60_000);
    const refusal = await registration.send(await registration.sign());
    await observeAnswer('by-its-own-clock', refusal);
    const corrected = await registration.sign({ correctedBy: refusal });
    await observeAnswer('corrected', await registration.send(corrected));
  },
);
