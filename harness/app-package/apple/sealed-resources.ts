import { createHash } from 'node:crypto';
import { equalBytes, utf8 } from '../../encoding/bytes.js';
import { inPart } from '../place.js';
import type { Archive } from '../zip/archive.js';
import { readCodeSignature } from './code-signature.js';
import { phoneArchitecture, readMachO } from './mach-o.js';
import { dictionaryAt, readProperties, textAt, type PropertyValue } from './property-list.js';

/** Where an app is, and who vouches for code in it. */
export interface AppPlace {
  /** Its folder in the archive, with a slash at its end. */
  readonly folder: string;
  readonly executable: string;
  /** SHA-256 of the roots that vouch for signers. */
  readonly roots: readonly string[];
}

/** `_CodeSignature/CodeResources` below an app's folder. */
export const RESOURCES_FILE = '_CodeSignature/CodeResources';

const MAX_LIST = 33_554_432;
const MAX_FILE = 536_870_912;
const MAX_TOLD = 10;
// Signed otherwise or by Apple: the executable's slots, the profile's CMS, the store's licences.
const SIGNED_OTHERWISE =
  /^(?:Info\.plist|PkgInfo|embedded\.mobileprovision|_CodeSignature\/.*)$|(?:^|\/)(?:SC_Info\/|\.DS_Store$)/;

/**
 * What of the files beside an executable is not as its seal says. Whoever changes a framework, a
 * script or a picture in an app leaves the executable's own signature as it was.
 */
export async function resourceProblems(
  archive: Archive,
  { resources, ...place }: AppPlace & { readonly resources: Uint8Array | null },
): Promise<readonly string[]> {
  const { folder, executable } = place;
  if (resources === null) return ['nothing but the executable is signed: no CodeResources'];
  const listed = inPart(folder + RESOURCES_FILE, () =>
    dictionaryAt(readProperties(resources, { maxXml: MAX_LIST }), 'files2'),
  );
  if (listed === null) return ['CodeResources lists no file by SHA-256'];
  const problems: string[] = [];
  for (const [path, entry] of listed) {
    problems.push(...(await fileProblems(archive, { path, entry, place })));
  }
  const nested = [...listed].flatMap(([path, entry]) => (hasDirectory(entry) ? [`${path}/`] : []));
  for (const name of archive.names) {
    const path = name.startsWith(folder) ? name.slice(folder.length) : '';
    if (path === '' || path.endsWith('/') || path === executable || listed.has(path)) continue;
    if (SIGNED_OTHERWISE.test(path) || nested.some((one) => path.startsWith(one))) continue;
    problems.push(`${path}: there, but not signed`);
  }
  const more = problems.length - MAX_TOLD;
  return more > 0 ? [...problems.slice(0, MAX_TOLD), `and ${more} more of its files`] : problems;
}

interface Sealed {
  readonly path: string;
  readonly entry: PropertyValue;
  readonly place: AppPlace;
}

async function fileProblems(archive: Archive, sealed: Sealed): Promise<readonly string[]> {
  const { path, entry, place } = sealed;
  const about = entry instanceof Map ? (entry as ReadonlyMap<string, PropertyValue>) : new Map();
  const directory: unknown = about.get('cdhash');
  if (directory instanceof Uint8Array) return nestedProblems(archive, path, { directory, place });
  const name = place.folder + path;
  if (!archive.has(name)) {
    return about.get('optional') === true ? [] : [`${path}: signed, but not there`];
  }
  const bytes = await archive.read(name, MAX_FILE);
  const digest: unknown = about.get('hash2');
  const link: unknown = about.get('symlink');
  const isGood =
    digest instanceof Uint8Array
      ? equalBytes(new Uint8Array(createHash('sha256').update(bytes).digest()), digest)
      : typeof link === 'string' && equalBytes(bytes, utf8(link));
  if (isGood) return [];
  return [
    digest === undefined && link === undefined
      ? `${path}: signed by SHA-1 alone, which iOS no longer takes`
      : `${path}: is not what was signed`,
  ];
}

function hasDirectory(entry: PropertyValue): boolean {
  return entry instanceof Map && entry.get('cdhash') instanceof Uint8Array;
}

/** Code that is sealed by the digest of its code directory has a signature and a seal of its own. */
async function nestedProblems(
  archive: Archive,
  path: string,
  { directory, place }: { readonly directory: Uint8Array; readonly place: AppPlace },
): Promise<readonly string[]> {
  const found = await nestedCode(archive, place.folder + path);
  if (found === null) return [`${path}: signed, but not there`];
  const { folder, executable, infoPlist, resources } = found;
  const bytes = await archive.read(folder + executable, MAX_FILE);
  const code = inPart(folder + executable, () =>
    readCodeSignature(phoneArchitecture(readMachO(bytes)), {
      ...{ infoPlist, resources, roots: place.roots },
    }),
  );
  const isListed = code.directoryDigests.some((digest) => equalBytes(digest, directory));
  const inside =
    infoPlist === null
      ? []
      : await resourceProblems(archive, { folder, executable, resources, roots: place.roots });
  const problems = [...code.problems, ...inside].map((problem) => `${path}: ${problem}`);
  return isListed ? problems : [...problems, `${path}: is not what was signed`];
}

// A library by itself, or a bundle with an executable and files beside it.
async function nestedCode(archive: Archive, name: string) {
  if (archive.has(name)) {
    const cut = name.lastIndexOf('/') + 1;
    const alone = { infoPlist: null, resources: null };
    return { folder: name.slice(0, cut), executable: name.slice(cut), ...alone };
  }
  const folder = `${name}/`;
  const infoFile = `${folder}Info.plist`;
  if (!archive.has(infoFile)) return null;
  const infoPlist = await archive.read(infoFile, MAX_LIST);
  const executable = textAt(
    inPart(infoFile, () => readProperties(infoPlist)),
    'CFBundleExecutable',
  );
  if (executable === null || executable.includes('/') || !archive.has(folder + executable)) {
    return null;
  }
  const list = folder + RESOURCES_FILE;
  const resources = archive.has(list) ? await archive.read(list, MAX_LIST) : null;
  return { folder, executable, infoPlist, resources };
}
