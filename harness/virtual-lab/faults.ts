/** What can go wrong with a virtual phone, by name. */
export const FAULTS = {
  offline: 'the host no longer reaches the phone, as with an unplugged cable',
  'no-network': 'the phone reaches nobody; its host still reaches it',
  slow: 'everything in its secure hardware takes ten times as long',
  crash: 'an app dies when a link is opened',
  'hardware-busy': 'the secure hardware is busy: every operation fails for the moment',
  'before-first-unlock': 'the phone was restarted and not unlocked since: its keys are closed',
  'attestation-keys-exhausted':
    'no attestation key is left, and none can be fetched for the moment',
} as const;

/** The name of a fault. */
export type FaultName = keyof typeof FAULTS;

/** Every fault's name, for schemas. */
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** The faults of one phone, each switched on and off. */
export class FaultSwitches {
  readonly #on: Set<FaultName>;

  constructor(on: readonly FaultName[] = []) {
    this.#on = new Set(on);
  }

  has(fault: FaultName): boolean {
    return this.#on.has(fault);
  }

  switchOn(fault: FaultName): void {
    this.#on.add(fault);
  }

  switchOff(fault: FaultName): void {
    this.#on.delete(fault);
  }
}
