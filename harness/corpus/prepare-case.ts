import type { TrustSet } from '../trust/index.js';
import { androidKeyCase, type PreparedCase, type ReadFile } from './android-key-case.js';
import type { CorpusCase } from './case.js';
import type { Unsupported } from './inputs.js';

/** Makes a verifier's input of a case, or says why this verifier does not run it. */
export function prepareCase(
  corpusCase: CorpusCase,
  context: { readonly trust: TrustSet; readonly readFile: ReadFile },
): PreparedCase | Unsupported {
  switch (corpusCase.kind) {
    case 'android-key-attestation':
      return androidKeyCase(corpusCase, context);
    case 'app-attest-attestation':
    case 'app-attest-assertion':
    case 'app-attest-receipt':
    case 'play-integrity':
      return { unsupported: `kind ${corpusCase.kind}` };
  }
}
