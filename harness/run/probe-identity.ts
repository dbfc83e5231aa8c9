import { HarnessError } from '../errors.js';
import type { ReferenceValues } from '../farm/reference-values.js';
import type { CommandResult } from '../probe/index.js';
import type { InstalledProbe } from '../report/record.js';

/** The probe as it describes itself, where the phone's system says nothing. */
export function claimedProbe(claimed: CommandResult<'facts'>['probe']): InstalledProbe {
  return {
    ...{ app: claimed.package, version: claimed.version, build: claimed.build },
    ...{ signerDigests: claimed.signerDigests, teamId: claimed.teamId },
    ...{ installer: null, statedBy: 'probe' },
  };
}

/** Everything that an installed probe has otherwise than a lab's reference values; sentences. */
export function probeDifferences(
  probe: InstalledProbe,
  { android, apple }: ReferenceValues,
): readonly string[] {
  return probe.teamId === null
    ? [
        ...unless(android.packages.includes(probe.app), `package ${probe.app}`),
        ...unless(probe.signerDigests.length > 0, 'no signer whose signature holds'),
        ...probe.signerDigests
          .filter((digest) => !android.signerDigests.includes(digest))
          .map((digest) => `signer ${digest}`),
      ]
    : [
        ...unless(apple.bundleIds.includes(probe.app), `bundle id ${probe.app}`),
        ...unless(probe.teamId === apple.teamId, `team ${probe.teamId}`),
      ];
}

/** Throws where the installed probe is not the lab's: what it shows would gate another app. */
export function refuseForeignProbe(
  probe: InstalledProbe,
  { values, phone }: { readonly values: ReferenceValues; readonly phone: string },
): void {
  const differences = probeDifferences(probe, values);
  if (differences.length === 0) return;
  throw new HarnessError(
    'ERR_PROBE_IDENTITY',
    `${phone}: the installed probe is not the lab's, as the ${probe.statedBy} says: ` +
      differences.join(', '),
  );
}

function unless(holds: boolean, difference: string): readonly string[] {
  return holds ? [] : [difference];
}
