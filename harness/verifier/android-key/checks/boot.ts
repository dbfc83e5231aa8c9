import { toHex } from '../../../encoding/bytes.js';
import type { RootOfTrust } from '../../../evidence/android-key/index.js';
import { failed, holds, passed } from '../../check.js';
import { recordCheck, recordsOf, type ChainView } from '../subject.js';

const BOOT = 'source.android.com, Verified Boot; Key and ID attestation, RootOfTrust';

/** The hardware says what was booted. */
export const rootOfTrustPresent = recordCheck({
  id: 'android-key/root-of-trust-present',
  rule: 'the hardware states the root of trust',
  source: BOOT,
  withoutIt: 'nothing is known of the system that speaks',
  needs: ['android-key/level-sufficient'],
  evaluate(view) {
    return holds(
      recordsOf(view).every(({ record }) => record.hardwareEnforced.rootOfTrust !== null),
      { expected: 'rootOfTrust (704) in hardwareEnforced', actual: 'none' },
    );
  },
});

/** The bootloader is locked. */
export const deviceLocked = recordCheck({
  id: 'android-key/device-locked',
  rule: 'the bootloader is locked',
  source: BOOT,
  withoutIt: 'whoever holds the phone boots a system that lies about apps and challenges',
  needs: ['android-key/root-of-trust-present'],
  evaluate(view) {
    return holds(
      rootsOfTrust(view).every((root) => root.deviceLocked),
      { expected: 'locked', actual: 'unlocked' },
    );
  },
});

/** What was booted is what the vendor signed. */
export const bootVerified = recordCheck({
  id: 'android-key/boot-verified',
  rule: "the system that booted is the vendor's, or one whose boot key policy names",
  source: `${BOOT}; verifiedBootState SELF_SIGNED of systems that a phone's owner trusts`,
  withoutIt: 'a changed system vouches for any app and any key use',
  needs: ['android-key/root-of-trust-present'],
  evaluate(view) {
    const { allowedBootKeys } = view.policy.androidKey;
    const isAllowed = ({ verifiedBootState, verifiedBootKey }: RootOfTrust): boolean =>
      verifiedBootState === 'VERIFIED' ||
      (verifiedBootState === 'SELF_SIGNED' && allowedBootKeys.includes(toHex(verifiedBootKey)));
    const other = rootsOfTrust(view).find((root) => !isAllowed(root));
    if (other === undefined) return passed;
    return failed(
      allowedBootKeys.length === 0 ? 'VERIFIED' : 'VERIFIED, or SELF_SIGNED by a listed key',
      other.verifiedBootState === 'SELF_SIGNED'
        ? `SELF_SIGNED by ${toHex(other.verifiedBootKey)}`
        : other.verifiedBootState,
    );
  },
});

function rootsOfTrust(view: ChainView): readonly RootOfTrust[] {
  return recordsOf(view).flatMap(({ record }) => {
    const { rootOfTrust } = record.hardwareEnforced;
    return rootOfTrust === null ? [] : [rootOfTrust];
  });
}
