import * as androidKey from './android-key-attacks.js';
import * as androidKeyStates from './android-key-states.js';
import * as appAttest from './app-attest-attacks.js';
import * as assertion from './assertion-attacks.js';
import * as assertedRequest from './asserted-request-attacks.js';
import type { Attack } from './attack.js';
import * as csr from './csr-attacks.js';
import * as playIntegrity from './play-integrity-attacks.js';
import * as profileR from './profile-r-attacks.js';
import * as receipt from './receipt-attacks.js';
import * as signedRequest from './signed-request-attacks.js';
import * as submission from './submission-attacks.js';

export type * from './attack.js';
export { NO_ATTACK_REACHES } from './unreached.js';
export { createAttackerKey } from './attacker-key.js';
export type { AttackerKey } from './attacker-key.js';

/** Every attack, by what it is made on. */
export const ATTACKS: readonly Attack[] = [
  ...Object.values(csr),
  ...Object.values(androidKey),
  ...Object.values(androidKeyStates),
  ...Object.values(appAttest),
  ...Object.values(assertion),
  ...Object.values(receipt),
  ...Object.values(playIntegrity),
  ...Object.values(signedRequest),
  ...Object.values(profileR),
  ...Object.values(assertedRequest),
  ...Object.values(submission),
];

/** The attack of an id on what the caller has at hand; a wrong name is a mistake in the caller. */
export function attack<Applies extends Attack['applies']>(
  applies: Applies,
  id: string,
): Extract<Attack, { readonly applies: Applies }> {
  const found = ATTACKS.find((one) => one.id === id);
  if (found === undefined || !appliesTo(found, applies)) {
    throw new RangeError(`no attack ${id} on ${applies}`);
  }
  return found;
}

/** An attack in words: what it does, what it takes, what stops it. */
export function describeAttack(one: Attack): string {
  const needs = one.needs.length === 0 ? 'a place in the middle' : one.needs.join(', ');
  const stops = Object.values(one.failing).flat();
  return `The attacker ${one.description}. Takes: ${needs}. Stopped by: ${stops.join(', ')}.`;
}

function appliesTo<Applies extends Attack['applies']>(
  one: Attack,
  applies: Applies,
): one is Extract<Attack, { readonly applies: Applies }> {
  return one.applies === applies;
}
