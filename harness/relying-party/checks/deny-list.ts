import { failed, passed, type Check } from '../../verifier/check.js';
import type { DenyEntry } from '../store.js';

/** The entry of the deny list that one of a request's keys has; null where none has one. */
export interface KeysOnRecord {
  readonly denied: DenyEntry | null;
}

const SOURCE = 'NIST SP 800-57 Part 1 Rev. 5, 8.3.5: what is compromised is taken out of use';

/** The rule about the keys that an enrolment, a renewal or a signing key is for or is vouched by. */
export const submittedKeyChecks: readonly Check<KeysOnRecord>[] = [
  {
    id: 'registration/keys-not-denied',
    rule: 'Neither the key nor the one that vouches for it is on the deny list.',
    source: SOURCE,
    withoutIt: 'whoever has a key of an incident gets it certified again.',
    needs: [],
    evaluate: notDenied,
  },
];

/** The rule about the key that signed a request. */
export const signingKeyChecks: readonly Check<KeysOnRecord>[] = [
  {
    id: 'signing-key/not-denied',
    rule: 'The key that signed the request is not on the deny list.',
    source: SOURCE,
    withoutIt: 'a key of an incident signs requests for as long as its registration lives.',
    needs: [],
    evaluate: notDenied,
  },
];

/** Whether no key of a request is on the deny list. Who was denied is told; why is not his to know. */
export function notDenied({ denied }: KeysOnRecord) {
  return denied === null ? passed : failed('a key that is not on the deny list', denied.keyId);
}
