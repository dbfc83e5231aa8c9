import { failed, holds, notApplicable, passed, type Check } from '../../verifier/check.js';
import type { KeyClaim } from '../store.js';

/** A key that an enrolment wants, and who holds it: the claim itself where it was free. */
export interface WantedKey {
  readonly claim: KeyClaim;
  readonly holder: KeyClaim | null;
}

/** The keys that an enrolment registers. */
export interface WantedKeys {
  /** The key of the certification request; null where the request does not parse. */
  readonly requested: WantedKey | null;
  /** The App Attest key that vouches for it; null on platforms without one. */
  readonly vouching: WantedKey | null;
  /** Whether one key may both open connections and sign bodies. */
  readonly sharedKeys: 'refused' | 'allowed';
}

const UNPARSED = 'the certification request does not parse';

/** Rules about who may register a key. */
export const registrationChecks: readonly Check<WantedKeys>[] = [
  {
    id: 'registration/key-not-elsewhere',
    rule: 'The key is not registered by another subject or for another registration.',
    source: 'RFC 8705, 7.5: a certificate-bound identity is worth what the key’s exclusiveness is',
    withoutIt: 'two users share one key, and neither’s actions can be told from the other’s.',
    needs: [],
    evaluate: ({ requested }) => ownKey(requested, UNPARSED),
  },
  {
    id: 'registration/keys-separate',
    rule: 'A registration uses different keys for its connections and for signing bodies.',
    source: 'NIST SP 800-57 Part 1 Rev. 5, 5.2: one key, one purpose',
    withoutIt: 'whoever gets a signature out of the one use has it for the other.',
    needs: [],
    evaluate: ({ requested, sharedKeys }) => {
      if (sharedKeys === 'allowed') return notApplicable('the policy allows one key for both uses');
      if (requested === null) return notApplicable(UNPARSED);
      const { claim, holder } = requested;
      if (holder === null) return passed;
      return holds(holder.use === claim.use, {
        expected: `a key for ${claim.use} alone`,
        actual: `a key registered for ${holder.use}`,
      });
    },
  },
  {
    id: 'registration/app-attest-key-not-elsewhere',
    rule: 'The App Attest key vouches for one registration only.',
    source:
      'Validating apps that connect to your server (Apple): a key is of one user on one device',
    withoutIt: 'one genuine phone enrols any number of users: a farm of identities.',
    needs: [],
    evaluate: ({ vouching }) => ownKey(vouching, 'no App Attest key is involved'),
  },
];

function ownKey(wanted: WantedKey | null, whyNot: string) {
  if (wanted === null) return notApplicable(whyNot);
  const { claim, holder } = wanted;
  if (holder === null) return passed;
  return holder.subject === claim.subject && holder.registrationId === claim.registrationId
    ? passed
    : failed('a key that nobody else registered', 'registered elsewhere');
}
