import type { AndroidKeyEvidence } from '../evidence/android-key/index.js';
import type { CsrEvidence } from '../evidence/csr/index.js';
import type { SignedRequestEvidence } from '../evidence/signed-request/index.js';
import { androidKey } from './android-key/index.js';
import { csr } from './csr/index.js';
import type { AndroidKeyExpected, CsrExpected, SignedRequestExpected } from './expected.js';
import type { FormatVerifier } from './format.js';
import { signedRequest } from './signed-request/index.js';

/** Evidence and what it is compared with, by format. A new format adds its line here and one below. */
export interface Exchanges {
  readonly 'android-key': {
    readonly evidence: AndroidKeyEvidence;
    readonly expected: AndroidKeyExpected;
  };
  readonly csr: { readonly evidence: CsrEvidence; readonly expected: CsrExpected };
  readonly 'signed-request': {
    readonly evidence: SignedRequestEvidence;
    readonly expected: SignedRequestExpected;
  };
}

/** Name of a format of evidence. */
export type Format = keyof Exchanges;

/** The verifier of each format. */
export const FORMATS: {
  readonly [F in Format]: FormatVerifier<Exchanges[F]['evidence'], Exchanges[F]['expected']>;
} = {
  'android-key': androidKey,
  csr,
  'signed-request': signedRequest,
};
