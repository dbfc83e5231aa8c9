import type { AndroidKeyEvidence } from '../evidence/android-key/index.js';
import type {
  AppAttestAssertionEvidence,
  AppAttestAttestationEvidence,
  AppAttestReceiptEvidence,
} from '../evidence/app-attest/index.js';
import type { CsrEvidence } from '../evidence/csr/index.js';
import type { PlayIntegrityEvidence } from '../evidence/play-integrity/index.js';
import type { SignedRequestEvidence } from '../evidence/signed-request/index.js';
import { androidKey } from './android-key/index.js';
import { appAttestAssertion, appAttestAttestation, appAttestReceipt } from './app-attest/index.js';
import { csr } from './csr/index.js';
import type {
  AndroidKeyExpected,
  AppAttestAssertionExpected,
  AppAttestAttestationExpected,
  AppAttestReceiptExpected,
  CsrExpected,
  PlayIntegrityExpected,
  SignedRequestExpected,
} from './expected.js';
import type { FormatVerifier } from './format.js';
import { playIntegrity } from './play-integrity/index.js';
import { signedRequest } from './signed-request/index.js';

/** Evidence and what it is compared with, by format. A new format adds its line here and one below. */
export interface Exchanges {
  readonly 'android-key': {
    readonly evidence: AndroidKeyEvidence;
    readonly expected: AndroidKeyExpected;
  };
  readonly 'app-attest-attestation': {
    readonly evidence: AppAttestAttestationEvidence;
    readonly expected: AppAttestAttestationExpected;
  };
  readonly 'app-attest-assertion': {
    readonly evidence: AppAttestAssertionEvidence;
    readonly expected: AppAttestAssertionExpected;
  };
  readonly 'app-attest-receipt': {
    readonly evidence: AppAttestReceiptEvidence;
    readonly expected: AppAttestReceiptExpected;
  };
  readonly csr: { readonly evidence: CsrEvidence; readonly expected: CsrExpected };
  readonly 'play-integrity': {
    readonly evidence: PlayIntegrityEvidence;
    readonly expected: PlayIntegrityExpected;
  };
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
  'app-attest-attestation': appAttestAttestation,
  'app-attest-assertion': appAttestAssertion,
  'app-attest-receipt': appAttestReceipt,
  csr,
  'play-integrity': playIntegrity,
  'signed-request': signedRequest,
};
