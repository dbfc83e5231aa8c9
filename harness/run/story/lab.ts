import type { FaultName } from '../../virtual-lab/faults.js';
import type { HookName } from '../../virtual-lab/hooks.js';
import type { ControlClient } from '../control-client.js';
import type { Lever } from '../levers.js';

/** What a lab can do to the phone of a story; all of it is undone when the story ends. */
export interface StoryLab {
  /** Lets a fault befall the phone: for so many operations, or until the story ends. */
  afflict(fault: FaultName, options?: { readonly times: number }): Promise<void>;
  /** Lets the keystore fail as it does for the moment, and would not if it was asked again later. */
  troubleKeystore(options?: { readonly times: number }): Promise<void>;
  /** Locks the phone as its owner has left it: its keys are closed. */
  lockPhone(): Promise<void>;
  /** Puts a hook in place of one of the app's own functions. */
  hook(name: HookName): Promise<void>;
  /** Puts the phone's clock ahead. */
  putClockAhead(byMs: number): Promise<void>;
}

/** The lab of one phone's story. */
export function openLab(
  control: ControlClient,
  phone: { readonly alias: string; readonly platform: 'android' | 'ios' },
): StoryLab {
  const pull = async (lever: Lever): Promise<void> => {
    await control.ask('phones/pull-lever', { phone: phone.alias, lever });
  };
  const afflict: StoryLab['afflict'] = (fault, options) =>
    pull({ kind: 'fault', fault, times: options?.times ?? null });
  return {
    afflict,
    // An Android keystore says that the hardware is busy; an iPhone's, that the phone is locked.
    troubleKeystore: (options) =>
      afflict(phone.platform === 'android' ? 'hardware-busy' : 'screen-locked', options),
    lockPhone: () =>
      afflict(phone.platform === 'android' ? 'before-first-unlock' : 'screen-locked'),
    hook: (hook) => pull({ kind: 'hook', hook }),
    putClockAhead: (aheadMs) => pull({ kind: 'clock', aheadMs }),
  };
}
