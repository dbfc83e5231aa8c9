import type { AndroidKeyEvidence } from '../../evidence/android-key/index.js';
import type { Check } from '../check.js';
import type { AndroidKeyExpected } from '../expected.js';
import { formatVerifier } from '../format.js';
import { anchorTrusted, rootNotSoftware } from './checks/anchor.js';
import { challengeMatches, keyMatches, packageMatches, signerMatches } from './checks/binding.js';
import { bootVerified, deviceLocked, rootOfTrustPresent } from './checks/boot.js';
import {
  longEnough,
  namesChain,
  rootPresent,
  signaturesVerify,
  wellFormed,
} from './checks/chain.js';
import {
  bootPatchLevelSufficient,
  creationNotAhead,
  osPatchLevelSufficient,
  vendorPatchLevelSufficient,
} from './checks/freshness.js';
import {
  boundToApplication,
  levelsEqual,
  levelSufficient,
  originGenerated,
  purposeSign,
  strongBoxCertified,
} from './checks/key.js';
import {
  chainNotExtended,
  recordInLeaf,
  recordWellFormed,
  singleRecord,
  tagsInOrder,
  tagsKnown,
} from './checks/record.js';
import {
  listFresh,
  listUsable,
  notRevoked,
  notSuspended,
  statusKnown,
} from './checks/revocation.js';
import { alreadyValid, notExpired } from './checks/validity.js';
import { claims } from './claims.js';
import { androidKeySubject, type AndroidKeySubject } from './subject.js';

/** Checks in the order in which a relying party names its reason for refusing. */
const checks: readonly Check<AndroidKeySubject>[] = [
  wellFormed,
  longEnough,
  rootPresent,
  namesChain,
  signaturesVerify,
  rootNotSoftware,
  anchorTrusted,
  alreadyValid,
  notExpired,
  listUsable,
  listFresh,
  notRevoked,
  notSuspended,
  statusKnown,
  recordInLeaf,
  singleRecord,
  recordWellFormed,
  chainNotExtended,
  tagsInOrder,
  tagsKnown,
  challengeMatches,
  keyMatches,
  levelsEqual,
  levelSufficient,
  strongBoxCertified,
  originGenerated,
  purposeSign,
  boundToApplication,
  rootOfTrustPresent,
  deviceLocked,
  bootVerified,
  osPatchLevelSufficient,
  vendorPatchLevelSufficient,
  bootPatchLevelSufficient,
  creationNotAhead,
  packageMatches,
  signerMatches,
];

/** Android Key Attestation. */
export const androidKey = formatVerifier<AndroidKeyEvidence, AndroidKeyExpected, AndroidKeySubject>(
  {
    format: 'android-key',
    checks,
    prepare: androidKeySubject,
    claims: ({ view }) => (view === null ? {} : claims(view)),
  },
);
