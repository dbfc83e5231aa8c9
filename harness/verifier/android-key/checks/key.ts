import { NAME_OID } from '../../../encoding/distinguished-name.js';
import {
  hasTag,
  ORIGIN_GENERATED,
  PURPOSE,
  reaches,
  TAG_NUMBER,
  weakerLevel,
} from '../../../evidence/android-key/index.js';
import { failed, holds, notApplicable, passed } from '../../check.js';
import { leafRecord, recordCheck, recordsOf } from '../subject.js';

const LEVELS = 'source.android.com, Key and ID attestation, SecurityLevel';
const VERIFY = 'developer.android.com, Verify hardware-backed key pairs with key attestation';

/** The key lives where its attestation was made. */
export const levelsEqual = recordCheck({
  id: 'android-key/levels-equal',
  rule: 'attestation and key are of one security level',
  source: LEVELS,
  withoutIt: 'a weaker component speaks for a key that it cannot see',
  evaluate(view) {
    const odd = recordsOf(view).find(
      ({ record }) => record.attestationLevel !== record.keyMintLevel,
    );
    if (odd === undefined) return passed;
    return failed(
      'equal levels',
      `attestation ${odd.record.attestationLevel}, key ${odd.record.keyMintLevel}`,
    );
  },
});

/** Attestation and key are of the demanded level or a stronger one. */
export const levelSufficient = recordCheck({
  id: 'android-key/level-sufficient',
  rule: 'attestation and key reach the security level that policy demands',
  source: LEVELS,
  withoutIt: 'a key in the memory of a process passes for one in hardware',
  evaluate(view) {
    const { minimumLevel } = view.policy.androidKey;
    const weak = recordsOf(view).find(({ record }) => !reaches(weakerLevel(record), minimumLevel));
    return weak === undefined
      ? passed
      : failed(`${minimumLevel} or stronger`, weakerLevel(weak.record));
  },
});

/** A StrongBox key is certified by an authority for StrongBox. */
export const strongBoxCertified = recordCheck({
  id: 'android-key/strongbox-certified',
  rule: 'a record that claims StrongBox is certified by an authority named for it',
  source: 'android/keyattestation, SecurityLevelConstraint MATCHES_CERTIFICATE',
  withoutIt: "a key of a phone's TEE that leaked claims the level of another chip",
  evaluate(view) {
    const top = recordsOf(view).at(-1);
    if (top?.record.attestationLevel !== 'STRONG_BOX') return notApplicable('no StrongBox claim');
    const authority = view.path.certificates[top.at + 1]?.subject;
    const named = authority?.attributes.some(
      ({ oid, value }) =>
        (oid === NAME_OID.organization || oid === NAME_OID.title) && value === 'StrongBox',
    );
    return holds(named === true, {
      expected: 'an authority with O or title StrongBox',
      actual: authority?.text ?? 'no authority',
    });
  },
});

/** The key was made in the hardware. */
export const originGenerated = recordCheck({
  id: 'android-key/origin-generated',
  rule: 'the hardware says that it generated the key itself',
  source: `${VERIFY}; KeyMint KeyOrigin`,
  withoutIt: 'a key that was imported, and so has a copy outside, passes for one of a kind',
  needs: ['android-key/level-sufficient'],
  evaluate(view) {
    const origins = recordsOf(view).map(({ record }) =>
      record.hardwareEnforced.integers.get(TAG_NUMBER.origin),
    );
    const other = origins.findIndex((origin) => origin !== BigInt(ORIGIN_GENERATED));
    if (other === -1) return passed;
    return failed('origin GENERATED (0) in hardwareEnforced', origins[other]?.toString() ?? 'none');
  },
});

/** The key signs. */
export const purposeSign = recordCheck({
  id: 'android-key/purpose-sign',
  rule: 'the hardware allows the key to sign',
  source: 'KeyMint KeyPurpose',
  withoutIt: 'a key for another use, with other safeguards, is enrolled for signing',
  needs: ['android-key/level-sufficient'],
  evaluate(view) {
    const purposes = leafRecord(view).hardwareEnforced.integerSets.get(TAG_NUMBER.purpose) ?? [];
    return holds(purposes.includes(PURPOSE.sign), {
      expected: 'purpose SIGN (2)',
      actual: purposes.join(', ') || 'none',
    });
  },
});

/** The key belongs to one application. */
export const boundToApplication = recordCheck({
  id: 'android-key/bound-to-application',
  rule: 'the key is not usable by all applications',
  source: 'WebAuthn Level 3, 8.4.1 (allApplications must not be present)',
  withoutIt: 'every app on the phone signs with the key',
  evaluate(view) {
    const shared = recordsOf(view).some(
      ({ record }) =>
        hasTag(record.hardwareEnforced, TAG_NUMBER.allApplications) ||
        hasTag(record.softwareEnforced, TAG_NUMBER.allApplications),
    );
    return holds(!shared, { expected: 'no tag 600', actual: 'allApplications (600)' });
  },
});
