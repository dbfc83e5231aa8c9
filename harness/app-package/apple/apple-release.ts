import { MalformedInput } from '../../encoding/parsed.js';
import { inPart } from '../place.js';
import type { Archive } from '../zip/archive.js';
import { readCodeSignature, type CodeSignature } from './code-signature.js';
import { phoneArchitecture, readMachO } from './mach-o.js';
import { readProperties, textAt } from './property-list.js';
import { readProvisioning, type Distribution, type Provisioning } from './provisioning.js';
import { RESOURCES_FILE, resourceProblems } from './sealed-resources.js';

/** What an iOS release says of what gates on it. */
export interface AppleRelease {
  readonly platform: 'ios';
  readonly bundleId: string;
  readonly version: string | null;
  readonly build: string | null;
  readonly minimumOs: string | null;
  /** Signature of the executable, of the architecture that phones run. */
  readonly code: CodeSignature;
  /** Null in what the App Store hands out. */
  readonly provisioning: Provisioning | null;
  /** The App Attest environment that its keys will be of, whatever is written. */
  readonly appAttestEnvironment: 'development' | 'production' | null;
  /** What is wrong with the whole, beside what is wrong with the signature. */
  readonly problems: readonly string[];
}

const MAX_PROPERTIES = 4_194_304;
const MAX_PROFILE = 4_194_304;
const MAX_RESOURCES = 33_554_432;
const MAX_EXECUTABLE = 536_870_912;

/** Reads an IPA whose app is in `folder`; throws MalformedInput or MalformedPart. */
export async function readAppleRelease(
  archive: Archive,
  { folder, roots }: { readonly folder: string; readonly roots: readonly string[] },
): Promise<AppleRelease> {
  const infoFile = `${folder}Info.plist`;
  const infoPlist = await archive.read(infoFile, MAX_PROPERTIES);
  const info = inPart(infoFile, () => readProperties(infoPlist));
  const bundleId = textAt(info, 'CFBundleIdentifier');
  const executable = textAt(info, 'CFBundleExecutable');
  if (bundleId === null || executable === null || executable.includes('/')) {
    throw new MalformedInput(
      `${infoFile} names no bundle or executable`,
      archive.end.directoryOffset,
    );
  }
  const bytes = await archive.read(folder + executable, MAX_EXECUTABLE);
  const resources = await optional(archive, folder + RESOURCES_FILE, MAX_RESOURCES);
  const code = inPart(folder + executable, () =>
    readCodeSignature(phoneArchitecture(readMachO(bytes)), { infoPlist, resources, roots }),
  );
  const profileFile = `${folder}embedded.mobileprovision`;
  const profile = await optional(archive, profileFile, MAX_PROFILE);
  const provisioning =
    profile === null ? null : inPart(profileFile, () => readProvisioning(profile, roots));
  return {
    ...{ platform: 'ios', bundleId, code, provisioning },
    version: textAt(info, 'CFBundleShortVersionString'),
    build: textAt(info, 'CFBundleVersion'),
    minimumOs: textAt(info, 'MinimumOSVersion'),
    appAttestEnvironment: environmentOf(
      provisioning?.distribution ?? 'app-store',
      code.entitlements.appAttest,
    ),
    problems: [
      ...wholeProblems(bundleId, code, provisioning),
      ...(await resourceProblems(archive, { folder, executable, resources, roots })),
    ],
  };
}

// TestFlight, App Store and Enterprise attest in production whatever the entitlement says; a
// development build without it attests in the sandbox. Of ad hoc builds Apple says nothing.
function environmentOf(
  distribution: Distribution,
  written: string | null,
): AppleRelease['appAttestEnvironment'] {
  if (distribution === 'app-store' || distribution === 'enterprise') return 'production';
  if (written === 'production' || written === 'development') return written;
  return distribution === 'development' ? 'development' : null;
}

function wholeProblems(
  bundleId: string,
  { identifier, entitlements, signer, teamId }: CodeSignature,
  provisioning: Provisioning | null,
): readonly string[] {
  const team = entitlements.teamId ?? teamId;
  const isOfProfile =
    provisioning === null || (team !== null && provisioning.teamIds.includes(team));
  return [
    ...(identifier === bundleId ? [] : [`signed as ${identifier}, named ${bundleId}`]),
    ...(isOfProfile ? [] : [`team ${team ?? 'none'} is not that of the provisioning profile`]),
    ...(signer === null || provisioning === null || signer.teamId === team
      ? []
      : [`the signer is of team ${signer.teamId ?? 'none'}`]),
    ...(provisioning?.problems ?? []),
  ];
}

async function optional(
  archive: Archive,
  name: string,
  maxBytes: number,
): Promise<Uint8Array | null> {
  return archive.has(name) ? archive.read(name, maxBytes) : null;
}
