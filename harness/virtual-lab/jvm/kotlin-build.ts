import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join, relative, sep } from 'node:path';
import { HarnessError } from '../../errors.js';
import { productRoot } from '../../product.js';

/** A build of the Kotlin probe with what runs it on a JVM. */
export interface KotlinBuild {
  /** The command. */
  readonly java: string;
  /** Options and class path for a phone of an API level. */
  options(apiLevel: number): readonly string[];
}

/** Where the build is, and what builds it. */
export interface KotlinBuildPlace {
  /** The folder of `pom.xml`. */
  readonly folder: string;
  readonly java: string;
  readonly maven: string;
}

const OLDEST_JAVA = 17;

// What Maven has fetched classes of, and the phones that they are for: since API 31 KeyInfo tells a
// key's level, and since API 28 there is StrongBox.
const CLASSES_OF = [
  { from: 31, api: 35 },
  { from: 28, api: 28 },
  { from: 0, api: 24 },
] as const;

/** The probe that comes with the product. */
export const shippedKotlin: KotlinBuildPlace = {
  folder: join(productRoot, 'native-probes', 'android'),
  java:
    process.env['JAVA_HOME'] === undefined ? 'java' : join(process.env['JAVA_HOME'], 'bin', 'java'),
  maven: 'mvn',
};

/**
 * The build as its sources are now. A fresh one is taken as it is, which needs no Maven; any other is
 * made first. Throws ERR_PROBE_BUILD where this machine lacks something.
 */
export async function freshKotlinBuild(
  say: (text: string) => void,
  place: KotlinBuildPlace = shippedKotlin,
): Promise<KotlinBuild> {
  refuseJava(place);
  if (!isFresh(place)) {
    say(`building the Kotlin probe in ${place.folder}; a first build fetches about 700 MB\n`);
    await build(place);
    if (!isFresh(place)) throw unfit(`${place.folder}: Maven has left no build of these sources`);
  }
  return {
    java: place.java,
    options: (apiLevel) => [
      ...JVM_OPTIONS,
      ...robolectric(place, apiLevel),
      '-cp',
      classPath(place),
    ],
  };
}

/** Whether what Maven has built was built of the sources as they are now. */
export function isFresh(place: Pick<KotlinBuildPlace, 'folder'>): boolean {
  try {
    const stamp = readFileSync(join(place.folder, 'target', 'sources.sha256'), 'utf8').trim();
    const built = classPath(place).split(delimiter);
    return stamp === sourcesDigest(place.folder) && built.every((path) => existsSync(path));
  } catch {
    return false;
  }
}

/** The same digest that `packaging/Sources.java` writes when Maven has compiled. */
export function sourcesDigest(folder: string): string {
  const files = ['pom.xml', ...SOURCES.flatMap((name) => filesBelow(join(folder, name)))].map(
    (path) => (path === 'pom.xml' ? path : relative(folder, path).split(sep).join('/')),
  );
  const lines = files.sort().map((name) => `${name} ${sha256(readFileSync(join(folder, name)))}\n`);
  return sha256(lines.join(''));
}

const SOURCES = ['app/src', 'packaging', 'probe/src'];

// Found by measurement: of four JVMs side by side, these are ready first and take the least memory.
const JVM_OPTIONS = [
  ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'],
  ...['lang', 'util', 'io', 'net'].map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`),
];

function robolectric({ folder }: KotlinBuildPlace, apiLevel: number): readonly string[] {
  const classes = CLASSES_OF.find(({ from }) => apiLevel >= from);
  return [
    '-Drobolectric.offline=true',
    `-Drobolectric.dependency.dir=${join(folder, 'target', 'android')}`,
    `-Drobolectric.enabledSdks=${classes?.api ?? 0}`,
  ];
}

function classPath({ folder }: Pick<KotlinBuildPlace, 'folder'>): string {
  const target = join(folder, 'target');
  const libraries = readFileSync(join(target, 'test.classpath'), 'utf8').trim();
  const own = ['test-classes', 'classes', 'tools/monitor.jar', 'tools/idling.jar'];
  return [...own.map((name) => join(target, name)), libraries].join(delimiter);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function refuseJava({ java }: KotlinBuildPlace): void {
  const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(error === undefined ? stderr : '')?.[1]);
  if (version >= OLDEST_JAVA) return;
  const found = Number.isNaN(version) ? 'there is no java' : `java is of version ${version}`;
  throw unfit(`${found}; install a JDK of version ${OLDEST_JAVA} or newer`);
}

// What Maven says where a package cannot be had, as opposed to a build that fails.
const UNRESOLVED =
  /Could not (?:find|transfer) artifact|could not be resolved|Could not resolve dependencies|Couldn't download artifact/;

// The sources are checked where they are changed (`npm run probes:check`); here they are only built.
const SKIPPED = ['ktlint.skip', 'detekt.skip', 'animal.sniffer.skip', 'jacoco.skip'];

async function build({ folder, maven }: KotlinBuildPlace): Promise<void> {
  const file = join(folder, 'pom.xml');
  if (!existsSync(file)) throw unfit(`${file}: there is no Kotlin probe to build here`);
  const skipped = SKIPPED.map((name) => `-D${name}`);
  const { status, output } = await run(maven, [
    ...['--batch-mode', '--quiet', '--file', file, ...skipped, 'process-test-classes'],
  ]);
  if (status === null) throw unfit(`there is no ${maven}; install Maven 3.8 or newer`);
  if (status === 0) return;
  const lines = output.split('\n');
  const unresolved = lines.find((line) => UNRESOLVED.test(line));
  if (unresolved !== undefined) {
    throw unfit(
      `Maven cannot have a package: ${unresolved.trim().slice(0, 300)}; ` +
        "let Maven reach Maven Central and Google's Maven repository once",
    );
  }
  const [first] = lines.filter((line) => line.startsWith('[ERROR]'));
  throw unfit(`${file}: Maven ended with exit code ${status}: ${first ?? 'and said nothing'}`);
}

/** Status null: the program cannot be started. */
function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', () => {
      resolve({ status: null, output });
    });
    child.once('close', (code) => {
      resolve({ status: code ?? 1, output });
    });
  });
}

function unfit(what: string): HarnessError {
  return new HarnessError('ERR_PROBE_BUILD', what);
}
