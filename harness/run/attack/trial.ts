import type { AttackDescription } from '../../attacks/index.js';
import { CHECK_IDS, type CheckId } from '../../verifier/index.js';
import type { Answered } from './target.js';

/** Where a backend takes evidence, and from which phone. */
export type Door =
  | 'enrolment, Android phone'
  | 'enrolment, iPhone'
  | 'signing key, Android phone'
  | 'signing key, iPhone'
  | 'profile S, Android phone'
  | 'profile S, iPhone'
  | 'profile R, Android phone'
  | 'profile R, iPhone'
  | 'App Attest request, iPhone';

/** Something that is sent to a target, and what must become of it. */
export interface Trial {
  /** The attack's id; `genuine` where nothing is wrong with what is sent. */
  readonly id: string;
  readonly door: Door;
  readonly must: 'be accepted' | 'be refused';
  /** Codes that the checks which stop the attack lead to. */
  readonly codes: readonly string[];
  /** Sends it; what was sent first, to get there, must have been accepted. */
  readonly run: () => Promise<Answered>;
}

/** An attack of the catalogue that cannot be sent, and why. */
export interface Unsent {
  readonly id: string;
  readonly door: Door | null;
  readonly reason: string;
}

/** The attacks of one door. */
export interface DoorTrials {
  readonly door: Door;
  /** Sends what is genuine. */
  readonly genuine: () => Promise<Answered>;
  readonly trials: readonly Trial[];
  readonly unsent: readonly Unsent[];
}

/** The refusal codes of checks. */
export function codesOf(ids: readonly CheckId[]): readonly string[] {
  return [...new Set(ids.map((id) => CHECK_IDS[id].refusal))];
}

/** The codes that an attack leads to where evidence of these formats is judged together. */
export function statedCodes(
  { failing }: AttackDescription,
  formats: readonly (keyof AttackDescription['failing'])[],
): readonly string[] {
  return codesOf(formats.flatMap((format) => failing[format] ?? []));
}

/** Why an attack cannot be sent whatever the door, or null. */
export function reasonNotToSend(one: AttackDescription): string | null {
  if ('presentedAt' in one) return 'only the clock of the target decides, which nobody moves';
  if (one.policy !== undefined) return 'stopped by a setting of policy that is left to the target';
  return null;
}
