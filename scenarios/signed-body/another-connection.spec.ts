import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/another-connection',
    floor: 'signed-body',
    title: 'an order is refused over the connection of another registration',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: ['verifier-ignores-connection'],
    refs: ['RFC 8705', 'RFC 9421, 7.2.1', 'CWE-441'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.registered();
    const other = await phone.register();
    await observeAnswer('refusal', await other.send(await registration.sign()));
  },
);
