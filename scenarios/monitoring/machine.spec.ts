import { scenario } from '../../harness/run/scenario.js';

const ORDERS = 14;
const PAUSE_MS = 60_000;
/** A second in an hour is what a bad clock gains; this one gains a minute. */
const GAIN_MS = 1_000;

scenario(
  {
    id: 'monitoring/machine',
    floor: 'monitoring',
    title:
      'a machine that sends in time, loses messages and has a clock that drifts raises a signal for each',
    requires: {},
    levers: ['clock'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-overlooks-traffic', 'lab-levers-do-nothing'],
    refs: [
      'OWASP Automated Threats: OAT-006 Expediting',
      'docs.wallarm.com: request interval lacking randomness',
    ],
  },
  async ({ phone, watch, observe }) => {
    const registration = await phone.register('watched');
    const pausesMs = Array.from({ length: ORDERS - 1 }, () => PAUSE_MS);
    await watch.sendWithPauses(registration, pausesMs, {
      ...{ skippedCounters: 1, clockGainMs: GAIN_MS },
    });
    await observe('signals', await watch.signals(registration));
  },
);
