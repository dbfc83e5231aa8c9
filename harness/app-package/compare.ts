import type { ReferenceValues } from '../farm/reference-values.js';
import type { AndroidRelease } from './android/android-release.js';
import type { AppleRelease } from './apple/apple-release.js';
import type { AppRelease } from './release.js';

/** Something that a release has otherwise than the lab's reference values say. */
export interface ReleaseDifference {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** Every difference between a release and what the lab's relying party would accept. */
export function compareRelease(
  release: AppRelease,
  values: ReferenceValues,
): readonly ReleaseDifference[] {
  return release.platform === 'android'
    ? androidDifferences(release, values.android)
    : appleDifferences(release, values.apple);
}

function androidDifferences(
  { manifest, signing }: AndroidRelease,
  { packages, signerDigests }: ReferenceValues['android'],
): readonly ReleaseDifference[] {
  const expected = signerDigests.join(' or ');
  const good = signing.signers.filter(({ problems }) => problems.length === 0);
  // Each scheme counts on other phones, so each of them must name a signer of the lab.
  const signers = good.map(({ scheme, sdkRange, certificateDigest }) => {
    const where = sdkRange === null ? '' : ` (API ${sdkRange.min} to ${maxSdk(sdkRange.max)})`;
    return difference(`${scheme} signer${where}`, signerDigests, certificateDigest);
  });
  return [
    ...difference('package', packages, manifest.packageName),
    ...signers.flat(),
    ...(good.length === 0
      ? [{ what: 'signer', expected, actual: 'none whose signature holds' }]
      : []),
  ];
}

function appleDifferences(
  { bundleId, code, appAttestEnvironment }: AppleRelease,
  { teamId, bundleIds, environment }: ReferenceValues['apple'],
): readonly ReleaseDifference[] {
  const team = code.entitlements.teamId ?? code.teamId;
  return [
    ...difference('bundle id', bundleIds, bundleId),
    ...difference('team id', [teamId], team ?? 'none'),
    ...difference(
      'application identifier',
      bundleIds.map((id) => `${teamId}.${id}`),
      code.entitlements.applicationId ?? 'none',
    ),
    ...difference('App Attest environment', [environment], appAttestEnvironment ?? 'undecided'),
  ];
}

function difference(
  what: string,
  expected: readonly string[],
  actual: string,
): readonly ReleaseDifference[] {
  return expected.includes(actual) ? [] : [{ what, expected: expected.join(' or '), actual }];
}

/** API levels of which the last is the largest number there is. */
export function maxSdk(max: number): string {
  return max >= 0x7fff_ffff ? 'any' : String(max);
}
