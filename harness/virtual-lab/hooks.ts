import type { PhoneSpec } from './phone-spec.js';

/**
 * What instrumentation of an app's process, such as Frida's, can put in place of the app's own
 * functions, by name. The rest of the phone stays what it is: its keystore, its network, its system.
 */
export const HOOKS = {
  'pin-check-forced': 'the app’s pin check says yes to every chain that the platform accepts',
  'body-changed-before-signing': 'the app signs and sends another order than its user gave it',
  'body-changed-after-signing': 'the app signs the order of its user and sends another',
  'attestation-replaced':
    'Android: the app hands out a chain whose leaf was rewritten to "locked, verified" and signed ' +
    'by a stranger; iOS: the key that App Attest vouches for is made in software',
} as const;

/** The name of a hook. */
export type HookName = keyof typeof HOOKS;

/** Every hook's name. */
export const HOOK_NAMES = Object.keys(HOOKS) as readonly HookName[];

/** The hooks in the apps of one phone, each switched on and off. */
export class HookSwitches {
  readonly #phone: Pick<PhoneSpec, 'udid' | 'jailbroken'>;
  readonly #on = new Set<HookName>();

  constructor(phone: Pick<PhoneSpec, 'udid' | 'jailbroken'>) {
    this.#phone = phone;
  }

  has(hook: HookName): boolean {
    return this.#on.has(hook);
  }

  /** Throws RangeError on an unmodified phone: there nobody gets into another app's process. */
  switchOn(hook: HookName): void {
    const { udid, jailbroken } = this.#phone;
    if (!jailbroken) throw new RangeError(`${udid} is neither rooted nor jailbroken: no ${hook}`);
    this.#on.add(hook);
  }

  switchOff(hook: HookName): void {
    this.#on.delete(hook);
  }
}
