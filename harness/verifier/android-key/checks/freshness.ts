import { TAG_NUMBER } from '../../../evidence/android-key/index.js';
import { failed, notApplicable, passed } from '../../check.js';
import type { CheckId } from '../../check-ids.js';
import type { AndroidKeyPolicy } from '../../policy.js';
import { floorText, patchLevelDay, reachesFloor } from '../patch-level.js';
import { leafRecord, recordCheck, recordsOf } from '../subject.js';

const SCHEMA = 'source.android.com, Key and ID attestation, AuthorizationList';

/** The system is patched. */
export const osPatchLevelSufficient = patchLevel({
  id: 'android-key/os-patch-level-sufficient',
  rule: 'the hardware states a patch level of the system that is as new as policy demands',
  source: `${SCHEMA}, osPatchLevel (YYYYMM)`,
  withoutIt: 'holes of the system that were closed long ago let malware use the key',
  part: 'os',
  tag: TAG_NUMBER.osPatchLevel,
});

/** The vendor's part is patched. */
export const vendorPatchLevelSufficient = patchLevel({
  id: 'android-key/vendor-patch-level-sufficient',
  rule: "the hardware states a patch level of the vendor's image that is as new as policy demands",
  source: `${SCHEMA}, vendorPatchLevel (YYYYMMDD)`,
  withoutIt: 'a new system on old drivers passes for a patched phone',
  part: 'vendor',
  tag: TAG_NUMBER.vendorPatchLevel,
});

/** The boot image is patched. */
export const bootPatchLevelSufficient = patchLevel({
  id: 'android-key/boot-patch-level-sufficient',
  rule: 'the hardware states a patch level of the boot image that is as new as policy demands',
  source: `${SCHEMA}, bootPatchLevel (YYYYMMDD)`,
  withoutIt: 'an old kernel with a known hole passes for a patched one',
  part: 'boot',
  tag: TAG_NUMBER.bootPatchLevel,
});

/** The key is not from the future. */
export const creationNotAhead = recordCheck({
  id: 'android-key/creation-not-ahead',
  rule: 'the key says that it was made before now, within the window of policy',
  source: `${SCHEMA}, creationDateTime (ms since 1970, by the phone's own clock)`,
  withoutIt: 'a phone whose clock somebody moved ahead goes unnoticed, with all that expires by it',
  evaluate(view) {
    const windowMs = view.policy.androidKey.creationFutureWindowMs;
    if (windowMs === null) return notApplicable('policy sets no window');
    const { hardwareEnforced, softwareEnforced } = leafRecord(view);
    const createdAtMs =
      hardwareEnforced.integers.get(TAG_NUMBER.creationDateTime) ??
      softwareEnforced.integers.get(TAG_NUMBER.creationDateTime);
    if (createdAtMs === undefined) return notApplicable('the record does not say when');
    const latest = BigInt(view.now.getTime()) + BigInt(Math.floor(windowMs));
    if (createdAtMs <= latest) return passed;
    return failed(
      `made by ${new Date(Number(latest)).toISOString()}`,
      `made at ${createdAtMs} ms since 1970`,
    );
  },
});

function patchLevel(level: {
  readonly id: CheckId;
  readonly rule: string;
  readonly source: string;
  readonly withoutIt: string;
  readonly part: keyof AndroidKeyPolicy['minimumPatchLevel'];
  readonly tag: number;
}) {
  const { id, rule, source, withoutIt, part, tag } = level;
  return recordCheck({
    ...{ id, rule, source, withoutIt },
    needs: ['android-key/level-sufficient'],
    evaluate(view) {
      const floor = view.policy.androidKey.minimumPatchLevel[part];
      if (floor === null) return notApplicable('policy sets no minimum');
      for (const { record } of recordsOf(view)) {
        const stated = record.hardwareEnforced.integers.get(tag);
        if (stated === undefined) return failed(floorText(floor), 'no patch level');
        const day = patchLevelDay(stated);
        if (day === null) return failed('a level like 202601 or 20260105', `${stated}`);
        if (!reachesFloor(day, { floor, now: view.now })) {
          return failed(floorText(floor), `${stated}`);
        }
      }
      return passed;
    },
  });
}
