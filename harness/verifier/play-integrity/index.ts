import type { PlayIntegrityEvidence } from '../../evidence/play-integrity/index.js';
import type { PlayIntegrityExpected } from '../expected.js';
import { formatVerifier } from '../format.js';
import type { Claims } from '../result.js';
import {
  appLicensed,
  appRecognized,
  packageMatches,
  signerMatches,
  versionSufficient,
} from './checks/application.js';
import {
  activityPlausible,
  deviceIntegrity,
  recallClear,
  sdkVersionSufficient,
} from './checks/device.js';
import { appAccessAllowed, playProtectClean } from './checks/environment.js';
import {
  nonceMatches,
  notAhead,
  notStale,
  notTesting,
  requestCompared,
  requestHashMatches,
} from './checks/request.js';
import { payloadWellFormed, signatureVerifies, tokenDecrypts } from './checks/token.js';
import { preparePlayIntegrity, type PlayIntegritySubject } from './subject.js';

/**
 * Claims of a verdict: `payload`, the JSON as Google wrote it. `keyProtection` is `none`: a verdict
 * is about app and phone, and says of a key at most that the app vouches for it by a request hash.
 */
function claims({ opened }: PlayIntegritySubject): Claims {
  const payload = opened?.payload;
  return payload?.ok === true ? { keyProtection: 'none', payload: payload.value.json } : {};
}

/** Play Integrity verdicts: the request first, as Google advises, then app, phone and account. */
export const playIntegrity = formatVerifier<
  PlayIntegrityEvidence,
  PlayIntegrityExpected,
  PlayIntegritySubject
>({
  format: 'play-integrity',
  checks: [
    tokenDecrypts,
    signatureVerifies,
    payloadWellFormed,
    requestCompared,
    nonceMatches,
    requestHashMatches,
    packageMatches,
    notStale,
    notAhead,
    notTesting,
    appRecognized,
    signerMatches,
    versionSufficient,
    deviceIntegrity,
    sdkVersionSufficient,
    recallClear,
    appLicensed,
    activityPlausible,
    appAccessAllowed,
    playProtectClean,
  ],
  prepare: preparePlayIntegrity,
  claims,
});
