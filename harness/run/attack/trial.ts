import type { AttackDescription } from '../../attacks/index.js';
import { codeOf, type Stopper } from './stopper.js';
import type { Answered } from './target.js';

/** Something that is sent to a target, and what must become of it. */
export interface Trial {
  /** The attack's id; `genuine` where nothing is wrong with what is sent. */
  readonly id: string;
  /** Where a backend takes evidence, and from which phone. */
  readonly door: string;
  readonly must: 'be accepted' | 'be refused';
  /** What is meant to stop the attack. */
  readonly stoppedBy: readonly Stopper[];
  /** Sends it; what was sent first, to get there, must have been accepted. */
  readonly run: () => Promise<Answered>;
}

/** An attack of the catalogue that cannot be sent, and why. */
export interface Unsent {
  readonly id: string;
  readonly door: string | null;
  readonly reason: string;
}

/** The attacks of one door. */
export interface DoorTrials {
  readonly door: string;
  /** Sends what is genuine. */
  readonly genuine: () => Promise<Answered>;
  readonly trials: readonly Trial[];
  readonly unsent: readonly Unsent[];
}

/** The checks that stop an attack where evidence of these formats is judged together. */
export function stoppersOf(
  { failing }: AttackDescription,
  formats: readonly (keyof AttackDescription['failing'])[],
): readonly Stopper[] {
  return [...new Set(formats.flatMap((format) => failing[format] ?? []))];
}

/** The codes of attestlab's own interface for them. */
export function codesOf(stoppers: readonly Stopper[]): readonly string[] {
  return [...new Set(stoppers.map(codeOf))];
}

/** Why an attack cannot be sent whatever the door, or null. */
export function reasonNotToSend(one: AttackDescription): string | null {
  if ('presentedAt' in one) return 'only the clock of the target decides, which nobody moves';
  if (one.policy !== undefined) return 'stopped by a setting of policy that is left to the target';
  return null;
}

/** The attacks for whose `reasonOf` there is one, as they are listed. */
export function unsentOf<One extends { readonly id: string }>(
  door: string,
  attacks: readonly One[],
  reasonOf: (one: One) => string | null,
): readonly Unsent[] {
  return attacks.flatMap((one) => {
    const reason = reasonOf(one);
    return reason === null ? [] : [{ id: one.id, door, reason }];
  });
}
