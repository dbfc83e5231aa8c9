#!/usr/bin/env node
// Plain JavaScript that any Node can parse, so that an old Node gets a sentence and not a syntax error.
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
const entry = new URL('../dist/harness/cli/main.js', import.meta.url);

if (!supported) {
  process.stderr.write(
    `attestlab: Node ${process.versions.node} is too old\n` +
      'remedy: install Node 20.19 or newer, 22.13 or newer, or 24\n',
  );
  process.exitCode = 2;
} else if (!existsSync(entry)) {
  process.stderr.write('attestlab: the product is not built\nremedy: npm ci, or npm run build\n');
  process.exitCode = 2;
} else {
  // Whoever reads may stop reading, as `| head` does: that is no crash.
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  const { main } = await import(entry.href);
  process.exitCode = await main(process.argv.slice(2));
}
