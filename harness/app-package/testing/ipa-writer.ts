import { createHash, type KeyObject } from 'node:crypto';
import { build, buildBinary, type PlistValue } from 'plist';
import { concatBytes, utf8 } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';
import { signMessage } from '../../encoding/testing/signed-message.js';
import { bigEndian as be, littleEndian as le } from './little-endian.js';
import { writeZip } from './zip-writer.js';

/** Who signs an IPA in tests: certificates with the signer's first, the root last. */
export interface TestTeam {
  readonly teamId: string;
  readonly certificates: readonly Uint8Array[];
  readonly key: KeyObject;
}

/** An app for tests, and the ways in which it can be wrong. */
export interface SampleIpa {
  readonly team: TestTeam;
  readonly bundleId?: string;
  readonly entitlements?: Readonly<Record<string, PlistValue>>;
  /** Entitlements in DER, where they are not the same. */
  readonly derEntitlements?: Readonly<Record<string, PlistValue>>;
  /** Null for a release of the App Store. */
  readonly profile?: Readonly<Record<string, PlistValue>> | null;
  readonly isEncrypted?: boolean;
  readonly sha1?: boolean;
  /** Makes the CMS signature over the code directory; the default has no help of other tools. */
  readonly sign?: (directory: Uint8Array) => Uint8Array;
  /** Changes the executable after it was signed. */
  readonly spoil?: (executable: Uint8Array) => void;
  /** Files beside the executable, by their paths in the app, sealed by SHA-256. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** What the seal says of further paths. */
  readonly sealed?: Readonly<Record<string, PlistValue>>;
  /** A framework with a signature of its own, sealed by its code directory. */
  readonly framework?: boolean;
  /** Files as they are put into the archive, if not as they were signed; null for one left out. */
  readonly changed?: Readonly<Record<string, Uint8Array | null>>;
  /** Info.plist as it is put into the archive, if not as it was signed. */
  readonly infoPlist?: Uint8Array;
}

const PAGE_SHIFT = 12;
const CODE = new Uint8Array(10_000).map((_, index) => index % 251);
const FOLDER = 'Payload/Sample.app/';

/** Writes an IPA. */
export function writeIpa(sample: SampleIpa): Uint8Array {
  const { bundleId = 'com.example.release', team } = sample;
  const signedInfo = buildBinary({
    CFBundleIdentifier: bundleId,
    CFBundleExecutable: 'Sample',
    CFBundleShortVersionString: '4.2',
    CFBundleVersion: '42',
    MinimumOSVersion: '16.0',
  });
  const framework = sample.framework === true ? writeFramework(sample) : null;
  const resources = seal(sample.files ?? {}, { ...framework?.sealed, ...sample.sealed });
  const { executable } = writeExecutable(sample, { bundleId, infoPlist: signedInfo, resources });
  sample.spoil?.(executable);
  const files: readonly (readonly [string, Uint8Array | null])[] = Object.entries({
    ...{ ...sample.files, ...framework?.files },
    ...sample.changed,
  });
  const profile = sample.profile === undefined ? developmentProfile(sample) : sample.profile;
  return writeZip([
    { name: `${FOLDER}Info.plist`, bytes: sample.infoPlist ?? signedInfo },
    { name: `${FOLDER}Sample`, bytes: executable },
    { name: `${FOLDER}_CodeSignature/CodeResources`, bytes: resources },
    ...files.flatMap(([path, bytes]) => (bytes === null ? [] : [{ name: FOLDER + path, bytes }])),
    ...(profile === null
      ? []
      : [
          {
            name: `${FOLDER}embedded.mobileprovision`,
            bytes: signMessage({
              ...{ content: utf8(build(profile)), attributes: 'proper' },
              ...{ certificates: team.certificates, key: team.key },
            }),
          },
        ]),
  ]);
}

function seal(
  files: Readonly<Record<string, Uint8Array>>,
  further: Readonly<Record<string, PlistValue>> = {},
): Uint8Array {
  const files2: Record<string, PlistValue> = {};
  for (const [path, bytes] of Object.entries(files)) files2[path] = { hash2: sha256(bytes) };
  return utf8(build({ files2: { ...files2, ...further } }));
}

function writeFramework({ team }: SampleIpa) {
  const bundleId = 'com.example.framework';
  const infoPlist = buildBinary({ CFBundleIdentifier: bundleId, CFBundleExecutable: 'Kit' });
  const picture = { 'picture.png': Uint8Array.of(1, 2, 3) };
  const resources = seal(picture);
  const signed = writeExecutable({ team, entitlements: {} }, { bundleId, infoPlist, resources });
  const folder = 'Frameworks/Kit.framework';
  return {
    sealed: { [folder]: { cdhash: sha256(signed.directory).subarray(0, 20), requirement: 'none' } },
    files: {
      [`${folder}/Info.plist`]: infoPlist,
      [`${folder}/Kit`]: signed.executable,
      [`${folder}/_CodeSignature/CodeResources`]: resources,
      [`${folder}/picture.png`]: picture['picture.png'],
    },
  };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** Entitlements of a development build. */
export function developmentEntitlements(
  teamId: string,
  bundleId: string,
): Readonly<Record<string, PlistValue>> {
  return {
    'application-identifier': `${teamId}.${bundleId}`,
    'com.apple.developer.team-identifier': teamId,
    'com.apple.developer.devicecheck.appattest-environment': 'development',
    'get-task-allow': true,
    'keychain-access-groups': [`${teamId}.${bundleId}`],
  };
}

/** A profile of a development build. */
export function developmentProfile({ team, bundleId = 'com.example.release' }: SampleIpa) {
  return {
    ...{ Name: 'Sample', UUID: '0000', TeamIdentifier: [team.teamId] },
    ProvisionedDevices: ['00008110-1'],
    ExpirationDate: new Date('2027-01-01T00:00:00Z'),
    Entitlements: developmentEntitlements(team.teamId, bundleId),
  };
}

interface Beside {
  readonly bundleId: string;
  readonly infoPlist: Uint8Array;
  readonly resources: Uint8Array;
}

function writeExecutable(sample: SampleIpa, beside: Beside) {
  const entitlements =
    sample.entitlements ?? developmentEntitlements(sample.team.teamId, beside.bundleId);
  const xml = blob(0xfade7171, utf8(build(entitlements)));
  const derBlob = blob(0xfade7172, derEntitlements(sample.derEntitlements ?? entitlements));
  const requirements = blob(0xfade0c01, be(4, 0));
  // The length of the signature is known only when it is made, and the load command is signed.
  const codeLimit = 64 + CODE.length;
  const room = 16_384;
  const load = concatBytes(
    le(4, 0x1d, 16, codeLimit, room),
    le(4, 0x2c, 20, 0, 0, sample.isEncrypted === true ? 1 : 0),
  );
  // Magic, arm64, subtype, executable, two commands.
  const header = le(4, 0xfeedfacf, 0x0100000c, 0, 2, 2, load.length, 0, 0);
  const start = concatBytes(header, load);
  const code = concatBytes(start, CODE.subarray(0, codeLimit - start.length));
  const specials = new Map([
    [1, beside.infoPlist],
    [2, requirements],
    [3, beside.resources],
    [5, xml],
    [7, derBlob],
  ]);
  const directory = codeDirectory(code, specials, { ...sample, bundleId: beside.bundleId });
  const { key, certificates } = sample.team;
  const cms =
    sample.sign?.(directory) ??
    signMessage({ content: directory, certificates, key, attributes: 'proper', detached: true });
  const signature = superBlob([
    [0, directory],
    [2, requirements],
    [5, xml],
    [7, derBlob],
    [0x10000, blob(0xfade0b01, cms)],
  ]);
  const executable = concatBytes(code, signature, new Uint8Array(room - signature.length));
  return { executable, directory };
}

function codeDirectory(
  code: Uint8Array,
  specials: ReadonlyMap<number, Uint8Array>,
  { team, bundleId, sha1 = false }: SampleIpa & { readonly bundleId: string },
): Uint8Array {
  const algorithm = sha1 ? 'sha1' : 'sha256';
  const digest = (bytes: Uint8Array) =>
    new Uint8Array(createHash(algorithm).update(bytes).digest());
  const length = sha1 ? 20 : 32;
  const slots = [7, 6, 5, 4, 3, 2, 1].map((slot) => {
    const bytes = specials.get(slot);
    return bytes === undefined ? new Uint8Array(length) : digest(bytes);
  });
  const pages = Array.from({ length: Math.ceil(code.length / 2 ** PAGE_SHIFT) }, (_, index) =>
    digest(code.subarray(index << PAGE_SHIFT, (index + 1) << PAGE_SHIFT)),
  );
  const names = concatBytes(utf8(bundleId), be(1, 0), utf8(team.teamId), be(1, 0));
  const fixed = 52;
  const hashAt = fixed + names.length + slots.length * length;
  const body = concatBytes(
    be(4, 0x20200, 0, hashAt, fixed, slots.length, pages.length, code.length),
    be(1, length, sha1 ? 1 : 2, 0, PAGE_SHIFT),
    be(4, 0, 0, fixed + bundleId.length + 1),
    names,
    ...slots,
    ...pages,
  );
  return blob(0xfade0c02, body);
}

function superBlob(blobs: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  let at = 12 + 8 * blobs.length;
  const index = blobs.map(([slot, bytes]) => be(4, slot, (at += bytes.length) - bytes.length));
  const body = concatBytes(be(4, blobs.length), ...index, ...blobs.map(([, bytes]) => bytes));
  return blob(0xfade0cc0, body);
}

function blob(magic: number, body: Uint8Array): Uint8Array {
  return concatBytes(be(4, magic, 8 + body.length), body);
}

function derEntitlements(entitlements: Readonly<Record<string, PlistValue>>): Uint8Array {
  const pairs = Object.entries(entitlements).map(([key, value]) =>
    der.sequence(der.utf8(key), derValue(value)),
  );
  const body = concatBytes(der.integer(1), der.contextConstructed(16, ...pairs));
  // [APPLICATION 16], constructed: the tag apart, as a SEQUENCE has its length.
  const framed = der.sequence(body);
  return concatBytes(Uint8Array.of(0x70), framed.subarray(1));
}

function derValue(value: PlistValue): Uint8Array {
  if (typeof value === 'boolean') return der.boolean(value);
  if (typeof value === 'number') return der.integer(value);
  if (Array.isArray(value)) return der.sequence(...value.map(derValue));
  if (typeof value === 'string') return der.utf8(value);
  throw new Error('no such entitlement');
}
