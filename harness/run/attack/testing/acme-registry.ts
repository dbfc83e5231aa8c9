import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { equalBytes } from '../../../encoding/bytes.js';
import { Denied, type AppleKey } from './acme-judge.js';

/** Checks that the test's backend can forget. */
export type AcmeHole =
  | 'nonce-spent'
  | 'nonce-holder'
  | 'nonce-purpose'
  | 'key-taken'
  | 'sequence'
  | 'time'
  | 'signature';

/** A phone that is registered with the test's backend. */
export interface Device {
  readonly id: string;
  spki: Uint8Array;
  apple: AppleKey | null;
  signer: { readonly kid: string; readonly spki: Uint8Array; readonly generation: number } | null;
  sequence: bigint;
  assertedSequence: bigint;
}

interface Nonce {
  readonly nonce: Uint8Array;
  readonly holder: string;
  readonly purpose: string;
  spent: boolean;
}

/** What the test's backend remembers. */
export class AcmeRegistry {
  readonly #holes: ReadonlySet<AcmeHole>;
  readonly #nonces = new Map<string, Nonce>();
  readonly #devices: Device[] = [];

  constructor(holes: ReadonlySet<AcmeHole>) {
    this.#holes = holes;
  }

  issue(holder: string, purpose: string) {
    const ticket = randomUUID();
    const nonce = new Uint8Array(randomBytes(32));
    this.#nonces.set(ticket, { nonce, holder, purpose, spent: false });
    return { ticket, nonce };
  }

  spend(ticket: unknown, holder: string, purpose: string): Uint8Array {
    const found = typeof ticket === 'string' ? this.#nonces.get(ticket) : undefined;
    if (found === undefined) throw new Denied('NONCE_UNKNOWN');
    this.demand('nonce-holder', found.holder === holder, 'NONCE_NOT_YOURS');
    this.demand('nonce-purpose', found.purpose === purpose, 'NONCE_PURPOSE');
    this.demand('nonce-spent', !found.spent, 'NONCE_USED');
    found.spent = true;
    return found.nonce;
  }

  /** Denies for `reason` where something does not hold, unless it is what was forgotten. */
  demand(hole: AcmeHole, holds: boolean, reason: string): void {
    if (!holds && !this.#holes.has(hole)) throw new Denied(reason);
  }

  /** A key may be that of one device only. */
  take(spki: Uint8Array, whose: Device | null): void {
    const taken = this.#devices.some((device) => device !== whose && equalBytes(device.spki, spki));
    this.demand('key-taken', !taken, 'KEY_TAKEN');
  }

  enrol(spki: Uint8Array, apple: AppleKey | null): Device {
    const id = `dev-${this.#devices.length + 1}`;
    const device = { id, spki, apple, signer: null, sequence: 0n, assertedSequence: 0n };
    this.#devices.push(device);
    return device;
  }

  byConnection(spki: Uint8Array): Device {
    // The latest, where a forgotten check let two devices have one key.
    const device = this.#devices.findLast((one) => equalBytes(one.spki, spki));
    if (device === undefined) throw new Denied('DEVICE_UNKNOWN', 401);
    return device;
  }

  register(device: Device, spki: Uint8Array): string {
    const kid = createHash('sha1').update(spki).digest('hex');
    const generation = (device.signer?.generation ?? 0) + 1;
    device.signer = { kid, spki, generation };
    device.sequence = 0n;
    return kid;
  }

  hasKey(kid: string): boolean {
    return this.#devices.some(({ signer }) => signer?.kid === kid);
  }
}
