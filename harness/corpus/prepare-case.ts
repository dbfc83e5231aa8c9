import { androidKeyCase } from './android-key-case.js';
import {
  appAttestAssertionCase,
  appAttestAttestationCase,
  appAttestReceiptCase,
} from './app-attest-case.js';
import type { CorpusCase } from './case.js';
import { InvalidInput, type Unsupported } from './inputs.js';
import { playIntegrityCase } from './play-integrity-case.js';
import type { CaseContext, PreparedCase } from './prepared-case.js';

/** Makes a verifier's input of a case, or says why this verifier does not run it. */
export function prepareCase(
  corpusCase: CorpusCase,
  context: CaseContext,
): PreparedCase | Unsupported {
  try {
    return prepare(corpusCase, context);
  } catch (error) {
    if (error instanceof InvalidInput) return { unsupported: error.message };
    throw error;
  }
}

function prepare(corpusCase: CorpusCase, context: CaseContext): PreparedCase | Unsupported {
  switch (corpusCase.kind) {
    case 'android-key-attestation':
      return androidKeyCase(corpusCase, context);
    case 'app-attest-attestation':
      return appAttestAttestationCase(corpusCase, context);
    case 'app-attest-assertion':
      return appAttestAssertionCase(corpusCase, context);
    case 'app-attest-receipt':
      return appAttestReceiptCase(corpusCase, context);
    case 'play-integrity':
      return playIntegrityCase(corpusCase, context);
  }
}
