import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { productRoot } from '../harness/product.js';
import { compileApp } from './swift-app.js';
import { coveredLines, xctestTotals } from './swift-results.js';
import { swiftFiles, syntaxErrors } from './swift-syntax.js';

// `npm run probes:check:ios`: builds and tests the core of the iOS probe where a Swift toolchain is:
// `swift`, or the program that SWIFT names; on Linux the app is compiled too, against stand-ins for
// Apple's frameworks. Elsewhere it says so, and looks at the syntax alone;
// `--require-toolchain` makes that a failure.
const folder = join(productRoot, 'native-probes', 'ios');
const swift = process.env['SWIFT'] ?? 'swift';
const files = swiftFiles(folder);
const errors = await syntaxErrors(folder, files);
for (const { file, line, column, text } of errors) {
  process.stderr.write(`native-probes/ios/${file}:${line}:${column}: no Swift: ${text}\n`);
}
process.stdout.write(`${files.length} Swift files, ${errors.length} syntax errors\n`);
if (errors.length > 0) process.exit(1);

const version = spawnSync(swift, ['--version'], { encoding: 'utf8' });
// A client of OpenStack has the same name.
if (version.error === undefined && version.status === 0 && /Swift version/.test(version.stdout)) {
  process.stdout.write(version.stdout);
  const isAppGood = process.platform === 'darwin' || appCompiles();
  process.exit(test(isAppGood ? 0 : 1));
}
if (version.stderr) process.stderr.write(version.stderr);
process.stderr.write(
  [
    'NOT COMPILED, NOT TESTED: there is no Swift toolchain here, so only the syntax was looked at.',
    'remedy: install Swift 5.9 or newer (swift.org/install; `swiftlang` of Debian 13; Xcode has it),',
    'or name the program in SWIFT, and run this again\n',
  ].join('\n'),
);
process.exit(process.argv.includes('--require-toolchain') ? 2 : 0);

function appCompiles(): boolean {
  const said = compileApp(`${swift}c`, { folder, files });
  process.stdout.write(said ?? 'the app compiles against stand-ins for Apple’s frameworks\n');
  return said === null;
}

/** `failedBefore` counts what has failed already. */
function test(failedBefore: number): number {
  const ATTESTLAB_PROTOCOL = join(productRoot, 'native-probes', 'protocol');
  const options = {
    cwd: folder,
    env: { ...process.env, ATTESTLAB_PROTOCOL },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  } as const;
  const strict = ['-Xswiftc', '-warnings-as-errors'];
  const coverage = ['--enable-code-coverage'];
  const { status, stdout, stderr } = spawnSync(swift, ['test', ...strict, ...coverage], options);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  const { passed, failed } = xctestTotals(stdout + stderr);
  if (status === 0) {
    const report = spawnSync(swift, ['test', ...strict, '--show-codecov-path'], options);
    const { covered, lines } = coveredLines(readFileSync(report.stdout.trim(), 'utf8'));
    const share = ((100 * covered) / lines).toFixed(1);
    process.stdout.write(`lines covered of ProbeCore: ${covered} of ${lines} (${share} %)\n`);
  }
  // A build that ends badly without a failed test is one failure of its own.
  const failures = failedBefore + (status !== 0 && failed === 0 ? 1 : failed);
  process.stdout.write(`${passed} passed, ${failures} failed\n`);
  return failures === 0 && passed > 0 ? 0 : 1;
}
