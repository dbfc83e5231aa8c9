import { toHex } from '../../encoding/bytes.js';
import type { AndroidKeyExpected } from '../../verifier/index.js';
import { ANDROID_KEYS, CHALLENGE, PACKAGE, SIGNER_DIGEST } from '../minting/android-key.js';

/** What a good chain is compared with. */
export const ANDROID_EXPECTED: AndroidKeyExpected = {
  challenge: CHALLENGE,
  packageNames: [PACKAGE],
  signerDigests: [toHex(SIGNER_DIGEST)],
  spki: ANDROID_KEYS.leaf.spki,
};
