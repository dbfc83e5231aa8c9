import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'monitoring/old-attestation',
    floor: 'monitoring',
    title: 'a key that was attested days ago and is not renewed raises a signal',
    requires: {},
    levers: ['clock'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-overlooks-traffic'],
    refs: ['RFC 9334, 10 (freshness)', 'RFC 9683, 2.4'],
  },
  async ({ phone, watch, observe }) => {
    const registration = await phone.register('watched');
    await registration.send(await registration.sign());
    await watch.letPass(3 * 24 * 60 * 60_000);
    await registration.send(await registration.sign());
    await observe('signals', await watch.signals(registration));
  },
);
