import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { productRoot } from '../harness/product.js';
import { swiftFiles, syntaxErrors } from './swift-syntax.js';

// `npm run probes:check:ios`: builds and tests the core of the iOS probe where a Swift toolchain is.
// Elsewhere it says so, and looks at the syntax alone; `--require-toolchain` makes that a failure.
const folder = join(productRoot, 'native-probes', 'ios');
const files = swiftFiles(folder);
const errors = await syntaxErrors(folder, files);
for (const { file, line, column, text } of errors) {
  process.stderr.write(`native-probes/ios/${file}:${line}:${column}: no Swift: ${text}\n`);
}
process.stdout.write(`${files.length} Swift files, ${errors.length} syntax errors\n`);
if (errors.length > 0) process.exit(1);

const version = spawnSync('swift', ['--version'], { encoding: 'utf8' });
if (version.error === undefined && version.status === 0) {
  process.stdout.write(version.stdout);
  const ATTESTLAB_PROTOCOL = join(productRoot, 'native-probes', 'protocol');
  const { status } = spawnSync('swift', ['test'], {
    ...{ cwd: folder, stdio: 'inherit', env: { ...process.env, ATTESTLAB_PROTOCOL } },
  });
  process.exit(status ?? 1);
}
process.stderr.write(
  [
    'NOT COMPILED, NOT TESTED: there is no Swift toolchain here, so only the syntax was looked at.',
    'remedy: install Swift 5.9 or newer (swift.org/install) and run this again; on a Mac, Xcode has it\n',
  ].join('\n'),
);
process.exit(process.argv.includes('--require-toolchain') ? 2 : 0);
