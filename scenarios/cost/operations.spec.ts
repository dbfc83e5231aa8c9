import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'cost/operations',
    floor: 'cost',
    title: 'what a key costs its user stays within the budget of the class',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 3 },
    sabotages: ['phone-is-slow', 'phone-claims-level-it-lacks'],
    refs: ['Android Keystore: StrongBox is slower and takes fewer operations', 'RAIL: response'],
  },
  async ({ phone, observe }) => {
    for (const { name, median, worst } of await phone.costs()) {
      await observe(`${name}-median`, median);
      await observe(`${name}-worst`, worst);
    }
  },
);
