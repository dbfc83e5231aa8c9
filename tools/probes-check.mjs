// `npm run probes:check`: builds, tests, checks and packages the Android probe by Maven, without an
// Android SDK. What is missing on this machine is one line with its remedy, and exit 2.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const android = join(dirname(fileURLToPath(import.meta.url)), '..', 'native-probes', 'android');
const target = join(android, 'target');
const OLDEST_JAVA = 17;
const README = 'native-probes/android/README.md';

// What Maven says where a package cannot be had, as opposed to a build that fails.
const UNRESOLVED =
  /Could not (?:find|transfer) artifact|could not be resolved|Could not resolve dependencies|Couldn't download artifact/;

const missing = missingTool();
if (missing !== null) unfit(missing);

// Clean: what an earlier build has left behind must not be counted as what this one did.
const { status, stdout, error } = spawnSync(
  'mvn',
  ['--batch-mode', '--quiet', '--file', join(android, 'pom.xml'), 'clean', 'verify'],
  {
    cwd: android,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { MAVEN_OPTS: '-Xmx700m -XX:+UseSerialGC -XX:TieredStopAtLevel=1', ...process.env },
  },
);
if (status !== 0) {
  const unresolved = (stdout ?? '').split('\n').find((line) => UNRESOLVED.test(line));
  if (unresolved !== undefined) {
    unfit(
      `Maven cannot have a package: ${unresolved.trim().slice(0, 300)}`,
      `let Maven reach Maven Central and Google's Maven repository once, as ${README} says`,
    );
  }
  process.stdout.write(stdout ?? `${error?.message}\n`);
} else {
  // Maven resets colours that it has not set.
  const told = stripVTControlCharacters(stdout)
    .split('\n')
    .filter((line) => /^(?:APK|signed) /.test(line));
  process.stdout.write([...told, ...coverage(), ''].join('\n'));
}
const { passed, failed } = totals();
// A build that ends badly without a failed test is one failure of its own.
const failures = status !== 0 && failed === 0 ? 1 : failed;
process.stdout.write(`${passed} passed, ${failures} failed\n`);
process.exitCode = failures === 0 && passed > 0 ? 0 : 1;

function missingTool() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return ['the aapt2 that Maven fetches runs on Linux on x64 alone', 'use such a machine'];
  }
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1]);
  if (!(version >= OLDEST_JAVA)) {
    const found = Number.isNaN(version) ? 'there is no java' : `java is of version ${version}`;
    return [found, `install a JDK of version ${OLDEST_JAVA} or newer`];
  }
  if (spawnSync('mvn', ['-version'], { stdio: 'ignore' }).status !== 0) {
    return ['there is no mvn', 'install Maven 3.8 or newer'];
  }
  return null;
}

function unfit(problem, remedy = null) {
  const [what, how] = remedy === null ? problem : [problem, remedy];
  process.stderr.write(`probes:check: ${what}; ${how}\n`);
  process.exit(2);
}

/** Tests as Maven's own reports count them. */
function totals() {
  const sum = { passed: 0, failed: 0 };
  for (const name of reports()) {
    const [suite = ''] = /<testsuite [^>]*>/.exec(readFileSync(name, 'utf8')) ?? [];
    const count = (attribute) => Number(new RegExp(` ${attribute}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    sum.failed += failed;
    sum.passed += count('tests') - failed - count('skipped');
  }
  return sum;
}

function reports() {
  const folder = join(target, 'surefire-reports');
  try {
    return readdirSync(folder)
      .filter((name) => /^TEST-.*\.xml$/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Covered lines of each package, over both API levels together. */
function coverage() {
  const [, ...rows] = readFileSync(join(target, 'site', 'jacoco', 'jacoco.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const packages = new Map();
  for (const [, name, , , , , , missed, covered] of rows) {
    const [allMissed, allCovered] = packages.get(name) ?? [0, 0];
    packages.set(name, [allMissed + Number(missed), allCovered + Number(covered)]);
  }
  return [...packages].map(
    ([name, [missed, covered]]) =>
      `lines covered of ${name}: ${covered} of ${covered + missed} (${((100 * covered) / (covered + missed)).toFixed(1)} %)`,
  );
}
