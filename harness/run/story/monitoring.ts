import type { Observation } from '../../expectation/observation.js';
import type { ControlClient } from '../control-client.js';
import { keyIdOfOrder, type Orders } from './orders.js';
import type { Registration } from './registration.js';

/** The relying party that watches the phone's traffic, where time passes as the story wants it. */
export interface StoryWatch {
  /** Lets time pass for the phone and for the relying party, and nobody wait for it. */
  letPass(ms: number): Promise<void>;
  /** Has the app send orders with these pauses between them; what it is told of each is ignored. */
  sendWithPauses(orders: Orders, pausesMs: readonly number[], each?: SendingWish): Promise<void>;
  /** What the relying party makes of the traffic of a registration's signing key. */
  signals(registration: Registration): Promise<Observation>;
}

/** How a phone goes wrong a little more with each order. */
export interface SendingWish {
  /** Counters that are left out before each. */
  readonly skippedCounters?: number;
  /** By how much its clock gains until the next one. */
  readonly clockGainMs?: number;
}

/** The watch of one phone's story. */
export function openWatch(control: ControlClient, phone: string): StoryWatch {
  const letPass = async (ms: number, phoneMs = ms): Promise<void> => {
    await control.report('watch/let-pass', { phone, ms });
    const lever = { kind: 'clock', aheadMs: phoneMs } as const;
    await control.ask('phones/pull-lever', { phone, lever });
  };
  return {
    letPass: (ms) => letPass(ms),
    async sendWithPauses(orders, pausesMs, { skippedCounters = 0, clockGainMs = 0 } = {}) {
      for (const pauseMs of pausesMs) {
        await orders.send(await orders.sign({ skippedCounters }));
        await letPass(pauseMs, pauseMs + clockGainMs);
      }
      await orders.send(await orders.sign({ skippedCounters }));
    },
    async signals(registration) {
      const keyId = keyIdOfOrder(await registration.sign());
      const { signals } = await control.ask('watch/signals', { phone, keyId });
      return { kind: 'signals', signals: [...signals] };
    },
  };
}
