import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { productRoot } from '../harness/product.js';
import { compileApp } from './swift-app.js';
import { swiftFiles } from './swift-syntax.js';

let folder: string;
const files = swiftFiles(join(productRoot, 'native-probes', 'ios'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-swift-app-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A compiler that writes down what it is asked for, and refuses what the pattern names. */
function compiler(refused: string): string {
  const program = join(folder, 'swiftc');
  const script = `echo "$@" >> ${join(folder, 'asked')}\ncase "$*" in ${refused}) echo no; exit 1;; esac`;
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return program;
}

describe('compiling the iOS app', () => {
  it('gives every file of app and stand-ins to the compiler', () => {
    expect(compileApp(compiler('nothing'), { folder, files })).toBeNull();
    const asked = readFileSync(join(folder, 'asked'), 'utf8');
    const wanted = files.filter((file) => /^(?:Probe|Sources|Tests\/AppleStandIns)\//.test(file));
    expect(wanted.length).toBeGreaterThan(40);
    for (const file of wanted) expect(asked).toContain(file);
  });

  it('says what the compiler says, of stand-ins and of the app', () => {
    expect(compileApp(compiler('*CryptoKit*'), { folder, files })).toBe('no\n');
    expect(compileApp(compiler('*ProbeApp.swift*'), { folder, files })).toBe('no\n');
  });

  it('says where there is no compiler', () => {
    expect(compileApp(join(folder, 'absent'), { folder, files })).toContain('ENOENT');
  });
});
