import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/window',
    floor: 'signed-body',
    title:
      'within a window orders may overtake one another, each is taken once, and none from before',
    // What decides it is the relying party's: phones that are healthy show it for all.
    requires: [
      { platform: 'android', attestedBootState: 'verified', rooted: false },
      { platform: 'ios', appAttest: true, rooted: false },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'relying-party-wants-counters-in-order',
      'relying-party-accepts-replayed-counter',
      'relying-party-accepts-rolled-back-counter',
    ],
    refs: ['RFC 4303, 3.4.3', 'RFC 6479', 'CWE-294'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.register('counting-in-a-window');
    const [early, late] = [await registration.sign(), await registration.sign()];
    await observeAnswer('overtaking', await registration.send(late));
    await observeAnswer('overtaken', await registration.send(early));
    await observeAnswer('overtaken-again', await registration.send(early));
    const lost = await registration.sign();
    const far = await registration.sign({ skippedCounters: 15 });
    await observeAnswer('far-ahead', await registration.send(far));
    await observeAnswer('below-the-window', await registration.send(lost));
  },
);
