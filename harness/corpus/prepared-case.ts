import type { TrustSet } from '../trust/index.js';
import type { AppraisalInput } from '../verifier/index.js';

/** Reads a file that a case names, relative to its manifest. */
export type ReadFile = (file: string) => Uint8Array;

/** What every case of a corpus shares. */
export interface CaseContext {
  readonly trust: TrustSet;
  readonly readFile: ReadFile;
}

/** What a case is appraised with: the verifier's input, and the trust it needs. */
export interface PreparedCase {
  readonly input: AppraisalInput;
  readonly trust: TrustSet;
}
