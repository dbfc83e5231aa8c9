import { z } from 'zod';
import { HarnessError } from '../errors.js';
import type { InventoryPhone } from '../farm/inventory.js';
import { FAULT_NAMES, type FaultName } from '../virtual-lab/faults.js';
import { HOOK_NAMES, type HookName } from '../virtual-lab/hooks.js';
import type { VirtualPhone } from '../virtual-lab/phone.js';
import type { VirtualLab } from '../virtual-lab/virtual-lab.js';

/** What a lab can do to one of its phones for the length of a scenario. */
export const leverSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fault'),
    fault: z.enum(FAULT_NAMES),
    /** How many operations it befalls; until the scenario ends where it is null. */
    times: z.int().positive().nullable(),
  }),
  z.strictObject({ kind: z.literal('hook'), hook: z.enum(HOOK_NAMES) }),
  /** Puts the phone's clock so far ahead of what it is otherwise. */
  z.strictObject({ kind: z.literal('clock'), aheadMs: z.int() }),
  /** Sets the system's HTTP proxy, `host:port`. */
  z.strictObject({ kind: z.literal('proxy'), address: z.string().min(1) }),
]);

/** Something that a lab does to a phone. */
export type Lever = z.infer<typeof leverSchema>;

/** The levers of a run. */
export interface Levers {
  pull(phone: string, lever: Lever): void;
  /** Undoes everything that was done to a phone. Idempotent. */
  release(phone: string): void;
}

/** Levers of virtual phones; a real phone has none yet, and no scenario that needs one is planned. */
export function createLevers(
  phones: readonly InventoryPhone[],
  virtualLab: VirtualLab | null,
): Levers {
  const undo = new Map<string, (() => void)[]>();
  return {
    pull(alias, lever) {
      const udid = phones.find((phone) => phone.alias === alias)?.udid;
      if (virtualLab === null || udid === undefined) {
        throw new HarnessError('ERR_USAGE', `${alias} is no virtual phone: it has no levers`);
      }
      const undoings = undo.get(alias) ?? [];
      undo.set(alias, undoings);
      undoings.push(pullOn(virtualLab.phone(udid), lever));
    },
    release(alias) {
      for (const act of (undo.get(alias) ?? []).toReversed()) act();
      undo.delete(alias);
    },
  };
}

/** Does it, and answers what undoes it. */
function pullOn(phone: VirtualPhone, lever: Lever): () => void {
  switch (lever.kind) {
    case 'fault':
      return befall(phone, lever.fault, lever.times);
    case 'hook':
      return hook(phone, lever.hook);
    case 'clock': {
      const { offsetMs } = phone.clock;
      phone.clock.setOffset(offsetMs + lever.aheadMs);
      return () => {
        phone.clock.setOffset(offsetMs);
      };
    }
    case 'proxy': {
      phone.settings.set(PROXY_SETTING, lever.address);
      return () => void phone.settings.delete(PROXY_SETTING);
    }
  }
}

const PROXY_SETTING = 'http_proxy';

function befall(phone: VirtualPhone, fault: FaultName, times: number | null): () => void {
  // A fault that the phone has by itself stays when the scenario is over.
  if (phone.faults.has(fault)) return () => undefined;
  phone.faults.switchOn(fault, times === null ? {} : { times });
  return () => {
    phone.faults.switchOff(fault);
  };
}

function hook(phone: VirtualPhone, name: HookName): () => void {
  phone.hooks.switchOn(name);
  return () => {
    phone.hooks.switchOff(name);
  };
}
