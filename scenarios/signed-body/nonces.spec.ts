import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/nonces',
    floor: 'signed-body',
    title: 'where counters are nonces, orders come in any order and each is taken once',
    // What decides it is the relying party's: phones that are healthy show it for all.
    requires: [
      { platform: 'android', attestedBootState: 'verified', rooted: false },
      { platform: 'ios', appAttest: true, rooted: false },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-wants-counters-in-order', 'relying-party-accepts-replayed-counter'],
    refs: ['RFC 9449, 11.1', 'RFC 9421, 7.2.2', 'CWE-294'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.register('counting-by-nonces');
    const [early, late] = [await registration.sign(), await registration.sign()];
    await observeAnswer('overtaking', await registration.send(late));
    await observeAnswer('overtaken', await registration.send(early));
    await observeAnswer('overtaking-again', await registration.send(late));
  },
);
