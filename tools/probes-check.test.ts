import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { productRoot } from '../harness/product.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-probes-check-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a program into the only folder that is searched. */
function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

function check() {
  const script = join(productRoot, 'tools', 'probes-check.mjs');
  return spawnSync(process.execPath, [script], { env: { PATH: folder }, encoding: 'utf8' });
}

// The packer of resources is a program for Linux on x64: elsewhere the answer is another line.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('probes:check', () => {
  it('says where there is no Java', () => {
    const { status, stderr } = check();
    expect(status).toBe(2);
    expect(stderr).toBe('probes:check: there is no java; install a JDK of version 17 or newer\n');
  });

  it('says where Java is too old', () => {
    program('java', `echo 'openjdk version "11.0.2" 2019-01-15' >&2`);
    const { status, stderr } = check();
    expect(status).toBe(2);
    expect(stderr).toContain('java is of version 11; install');
  });

  it('says where there is no Maven', () => {
    program('java', `echo 'openjdk version "17.0.15" 2025-04-15' >&2`);
    const { status, stderr } = check();
    expect(status).toBe(2);
    expect(stderr).toBe('probes:check: there is no mvn; install Maven 3.8 or newer\n');
  });

  it('says where a package cannot be had', () => {
    program('java', `echo 'openjdk version "17.0.15" 2025-04-15' >&2`);
    const problem = '[ERROR] Could not find artifact com.android.tools:r8:jar:1 in central';
    program('mvn', `[ "$1" = -version ] || { echo '${problem}'; exit 1; }`);
    const { status, stdout, stderr } = check();
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`Maven cannot have a package: ${problem}; let Maven reach`);
  });
});
