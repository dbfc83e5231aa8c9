import { CERTIFICATE_AUTHORITY_SABOTAGES } from './certificate-authority.js';
import { INTERCEPTION_SABOTAGES } from './interception.js';
import { ORDER_SABOTAGES } from './orders.js';
import { PHONE_SABOTAGES } from './phone.js';
import { RELYING_PARTY_SABOTAGES } from './relying-party.js';
import { SABOTAGE_IDS, type Sabotage, type SabotageId } from './sabotage.js';
import { VERIFIER_SABOTAGES } from './verifier.js';

export { SABOTAGE_IDS, type Sabotage, type SabotageId } from './sabotage.js';

// They tell of what is let in, which no defect that lets more in would turn.
const NEVER_RUN: ReadonlySet<string> = new Set([
  'signed-body/accepted-once',
  'signed-body/profile-r-accepted-once',
]);
const BOTH = ['android', 'ios'] as const;

const TABLE: { readonly [Id in SabotageId]: Omit<Sabotage, 'id'> } = {
  ...VERIFIER_SABOTAGES,
  ...RELYING_PARTY_SABOTAGES,
  ...ORDER_SABOTAGES,
  ...CERTIFICATE_AUTHORITY_SABOTAGES,
  ...PHONE_SABOTAGES,
  ...INTERCEPTION_SABOTAGES,
  'client-certificate-expires-early': {
    description: 'the client certificate that should be good has expired',
    platforms: BOTH,
    clientFault: (asked) => (asked === 'none' ? 'expired' : asked),
  },
  'scenario-does-not-run': {
    description: 'a scenario is in the plan, and the test runner is never given it',
    platforms: BOTH,
    scenarios: (planned) => planned.filter(({ id }) => !NEVER_RUN.has(id)),
  },
};

/** Every sabotage, in the order of their ids. */
export const SABOTAGES: readonly Sabotage[] = SABOTAGE_IDS.map((id) => ({ id, ...TABLE[id] }));
