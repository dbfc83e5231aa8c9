import { MalformedInput } from '../encoding/parsed.js';
import { HarnessError } from '../errors.js';
import { readAndroidRelease, type AndroidRelease } from './android/android-release.js';
import { readAppleRelease, type AppleRelease } from './apple/apple-release.js';
import { APPLE_ROOTS } from './apple/signer-chain.js';
import { MalformedPart } from './place.js';
import { openArchive, type Archive } from './zip/archive.js';

/** What a release of an app says of what gates on it. */
export type AppRelease = AndroidRelease | AppleRelease;

/** Reads an APK or an IPA; throws HarnessError that names the file, the part and the offset. */
export function readRelease(
  file: string,
  { appleRoots = APPLE_ROOTS }: { readonly appleRoots?: readonly string[] } = {},
): Promise<AppRelease> {
  return withArchive(file, (archive) => readEither(archive, appleRoots));
}

/** Opens an archive for as long as `use` takes; complaints name the file, the part and the offset. */
export async function withArchive<T>(
  file: string,
  use: (archive: Archive) => T | Promise<T>,
): Promise<T> {
  let archive: Archive | null = null;
  try {
    archive = await openArchive(file);
    return await use(archive);
  } catch (error) {
    if (error instanceof MalformedPart) throw invalid(`${file}: ${error.part}`, error);
    if (error instanceof MalformedInput) throw invalid(file, error);
    throw error;
  } finally {
    archive?.close();
  }
}

function readEither(archive: Archive, roots: readonly string[]): Promise<AppRelease> {
  const { names, end } = archive;
  if (archive.has('AndroidManifest.xml')) return readAndroidRelease(archive);
  const apps = new Set(names.flatMap((name) => /^Payload\/([^/]+\.app)\//.exec(name)?.[1] ?? []));
  const [app, other] = [...apps];
  if (other !== undefined) throw new MalformedInput('two apps in Payload/', end.directoryOffset);
  if (app !== undefined) return readAppleRelease(archive, { folder: `Payload/${app}/`, roots });
  throw new MalformedInput(whatElse(names), end.directoryOffset);
}

// What people have at hand when they have no APK.
function whatElse(names: readonly string[]): string {
  if (names.includes('BundleConfig.pb')) {
    return 'an app bundle, which no phone installs: give an APK that bundletool or Play makes of it';
  }
  if (names.some((name) => name.endsWith('.apk'))) return 'a set of APKs: unpack it, give base.apk';
  return 'neither an APK nor an IPA: no AndroidManifest.xml and no Payload/';
}

function invalid(place: string, { message, offset }: MalformedInput | MalformedPart): HarnessError {
  return new HarnessError('ERR_FILE_INVALID', `${place}: ${message} (byte ${offset})`);
}
