import type { Parsed } from '../../../encoding/parsed.js';
import { failed, notApplicable, passed, undetermined, type Check } from '../../check.js';
import type { CheckFinding } from '../../result.js';
import type { PlayIntegritySubject } from '../subject.js';

const CLASSIC = 'Google, Make a classic API request, Decrypt and verify locally';
const NO_TOKEN = 'a standard verdict, which Google’s server decoded';

/** The token was encrypted for this app. */
export const tokenDecrypts: Check<PlayIntegritySubject> = {
  id: 'play-integrity/token-decrypts',
  rule: 'the token is a compact JWE of A256KW and A256GCM under the app’s key',
  source: `${CLASSIC}; RFC 7516; RFC 7518, 4.4 and 5.3`,
  withoutIt: 'the token’s own header chooses how it is opened, `dir` included',
  needs: [],
  evaluate({ opened, evidence }) {
    if (evidence.form === 'decoded-payload') return notApplicable(NO_TOKEN);
    if (opened === null) return undetermined('the trust set has no keys of Play Integrity');
    return findingOf(opened.decrypted, 'a token for this app');
  },
};

/** Google signed the verdict. */
export const signatureVerifies: Check<PlayIntegritySubject> = {
  id: 'play-integrity/signature-verifies',
  rule: 'inside is a compact JWS that Google’s key signed with ES256',
  source: `${CLASSIC}; RFC 7515; RFC 7518, 3.4`,
  withoutIt: 'whoever learns the decryption key, which apps’ backends share, writes verdicts',
  needs: ['play-integrity/token-decrypts'],
  evaluate({ opened, evidence }) {
    if (evidence.form === 'decoded-payload') return notApplicable(NO_TOKEN);
    return findingOf(opened?.verified ?? null, 'a signature of Google’s key');
  },
};

/** The payload is a verdict, and one that all readers read alike. */
export const payloadWellFormed: Check<PlayIntegritySubject> = {
  id: 'play-integrity/payload-well-formed',
  rule: 'the payload is a verdict in JSON in which every name is there once',
  source: 'Google, Integrity verdicts; RFC 8259, 4',
  withoutIt: 'of two equal names one reader takes the first and the next one the last',
  needs: ['play-integrity/signature-verifies'],
  evaluate: ({ opened }) => findingOf(opened?.payload ?? null, 'a verdict'),
};

function findingOf(step: Parsed<unknown> | null, expected: string): CheckFinding {
  if (step === null) throw new Error('a check ran before the step that it looks at');
  return step.ok ? passed : failed(expected, step.malformation.message);
}
