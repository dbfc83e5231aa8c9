import type { CheckId } from '../verifier/check-ids.js';

const LIST = 'the status list decides, and it is the verifier’s own: no evidence changes it';

/** Checks that no mutation of evidence makes fail, and why. Every other check has an attack. */
export const NO_ATTACK_REACHES: Readonly<Partial<Record<CheckId, string>>> = {
  'android-key/revocation-list-usable':
    'whoever keeps the list away leaves it undetermined, which is never accepted and never failed',
  'android-key/revocation-list-fresh':
    'an old list leaves it undetermined, which is never accepted and never failed',
  'android-key/not-suspended': LIST,
  'android-key/status-known': LIST,
  'play-integrity/request-compared':
    'it compares nothing itself and never fails: it does not apply where nothing was expected',
};
