import { ATTACKS, type Attack } from '../../attacks/index.js';

/** An attack made on one thing. */
export type AttackOn<Applies extends Attack['applies']> = Extract<
  Attack,
  { readonly applies: Applies }
>;

/** The catalogue's attacks on one thing. */
export function attacksOn<Applies extends Attack['applies']>(
  applies: Applies,
): readonly AttackOn<Applies>[] {
  return ATTACKS.filter((one): one is AttackOn<Applies> => one.applies === applies);
}
