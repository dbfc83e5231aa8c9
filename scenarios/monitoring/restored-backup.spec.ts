import { scenario } from '../../harness/run/scenario.js';

const HOUR_MS = 60 * 60_000;

scenario(
  {
    id: 'monitoring/restored-backup',
    floor: 'monitoring',
    title: 'a key that lay unused, counts from a backup and is tried out raises a signal for each',
    // What decides it is the relying party's: phones that are healthy show it for all.
    requires: [
      { platform: 'android', attestedBootState: 'verified', rooted: false },
      { platform: 'ios', appAttest: true, rooted: false },
    ],
    levers: ['clock'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'relying-party-overlooks-traffic',
      'relying-party-accepts-rolled-back-counter',
      'verifier-skips-request-signature',
      'lab-levers-do-nothing',
    ],
    refs: ['RFC 4303, 3.4.3', 'OWASP Automated Threats: OAT-014 Vulnerability Scanning', 'CWE-294'],
  },
  async ({ phone, attacker, watch, observe }) => {
    const registration = await phone.register('watched');
    await watch.letPass(25 * HOUR_MS);
    const order = await registration.sign({ counter: 20n });
    await registration.send(order);
    const otherOrder = await registration.sign({ counter: 20n, body: '{"quantity":2}' });
    await registration.send(otherOrder);
    await registration.send(await registration.sign({ counter: 3n }));
    const spoilt = attacker.spoilRequest(order, 'signed-request/body-tampered');
    for (let sent = 0; sent < 3; sent++) await registration.send(spoilt);
    await observe('signals', await watch.signals(registration));
  },
);
