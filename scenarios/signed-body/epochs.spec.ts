import { scenario } from '../../harness/run/scenario.js';

/** Two counters that are one number where they are kept in doubles. */
const EXACT = 2n ** 53n;
const LAST = 2n ** 64n - 1n;

scenario(
  {
    id: 'signed-body/epochs',
    floor: 'signed-body',
    title: 'counters are exact up to their end, and begin again with a registration alone',
    // What decides it is the relying party's: phones that are healthy show it for all.
    requires: [
      { platform: 'android', attestedBootState: 'verified', rooted: false },
      { platform: 'ios', appAttest: true, rooted: false },
    ],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'relying-party-counts-in-doubles',
      'relying-party-ignores-epochs',
      'verifier-takes-unknown-keys',
      'verifier-ignores-connection',
      'relying-party-accepts-rolled-back-counter',
    ],
    refs: ['RFC 4303, 2.2.1 and 3.3.3', 'CWE-190', 'CWE-197', 'CWE-294'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.register('undemanding');
    const held = await registration.sign({ counter: 1n });
    const beyond = await registration.sign({ counter: EXACT });
    await observeAnswer('two-to-53', await registration.send(beyond));
    const next = await registration.sign({ counter: EXACT + 1n });
    await observeAnswer('and-one', await registration.send(next));
    const last = await registration.sign({ counter: LAST });
    await observeAnswer('last', await registration.send(last));
    const wrapped = await registration.sign({ counter: 0n });
    await observeAnswer('wrapped-around', await registration.send(wrapped));

    const anew = (await registration.registerSigner('the-key-that-signs')).orders();
    await observeAnswer('of-the-epoch-before', await anew.send(held));
    const first = await anew.sign();
    await observeAnswer('first-of-its-epoch', await anew.send(first));

    await registration.registerSigner('a-new-key');
    await observeAnswer('of-the-key-before', await anew.send(await anew.sign()));
  },
);
