import { PLAY_FAULTS } from './play/play-faults.js';

/** What can go wrong with a virtual phone, by name. */
export const FAULTS = {
  offline: 'the host no longer reaches the phone, as with an unplugged cable',
  'no-network': 'the phone reaches nobody; its host still reaches it',
  slow: 'everything in its secure hardware takes ten times as long',
  crash: 'an app dies when a link is opened',
  'hardware-busy': 'the secure hardware is busy: every operation fails for the moment',
  'strongbox-failing':
    'StrongBox refuses every key for good, and not with the exception of an absent one',
  'before-first-unlock': 'the phone was restarted and not unlocked since: its keys are closed',
  'screen-locked':
    'the screen is locked: an iPhone’s keys are closed; the probe’s keys on Android do not ask for it',
  'attestation-keys-exhausted':
    'no attestation key is left, and none can be fetched for the moment',
  'attestation-keys-refused': 'no attestation key is left, and the vendor’s server issues none',
  'attestation-keys-need-upgrade':
    'no attestation key is left, and the vendor’s server wants a newer system first',
  'keys-imported':
    'Android: the keystore takes key material from outside, and says so in its records',
  'attest-key':
    'Android 12 and later: keys are attested by an ATTEST_KEY of the phone, itself attested',
  'app-attest-unavailable': 'Apple’s attestation service does not answer, or asks to come later',
  'app-attest-failing': 'App Attest fails, and Apple’s rule is to give the key up',
  ...PLAY_FAULTS,
} as const;

/** The name of a fault. */
export type FaultName = keyof typeof FAULTS;

/** Every fault's name, for schemas. */
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** The faults of one phone, each switched on and off. */
export class FaultSwitches {
  /** How many operations each will still befall. */
  readonly #left: Map<FaultName, number>;

  constructor(on: readonly FaultName[] = []) {
    this.#left = new Map(on.map((fault) => [fault, Infinity]));
  }

  has(fault: FaultName): boolean {
    return this.#left.has(fault);
  }

  /**
   * Whether the fault befalls the operation that asks, which thereby is one of those that it was
   * switched on for. Asked once per operation, and only where the fault would strike.
   */
  strikes(fault: FaultName): boolean {
    const left = this.#left.get(fault);
    if (left === undefined) return false;
    if (left > 1) this.#left.set(fault, left - 1);
    else this.#left.delete(fault);
    return true;
  }

  /** For the next `times` operations that it can befall; without it until it is switched off. */
  switchOn(fault: FaultName, options: { readonly times?: number } = {}): void {
    const { times = Infinity } = options;
    if (!(times >= 1) || (times !== Infinity && !Number.isInteger(times))) {
      throw new RangeError(`a fault befalls one operation or more, not ${times}`);
    }
    this.#left.set(fault, times);
  }

  switchOff(fault: FaultName): void {
    this.#left.delete(fault);
  }
}
