import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

// In this order, since each is compiled against those before it.
const FRAMEWORKS = [
  'Security',
  'CryptoKit',
  'DeviceCheck',
  'LocalAuthentication',
  'Combine',
  'SwiftUI',
] as const;
const STAND_INS = 'Tests/AppleStandIns';
// Else no value crosses from Swift to Foundation's classes by `as`.
const BRIDGED = ['-swift-version', '5', '-Xfrontend', '-enable-objc-interop'];

/**
 * Compiles the app against stand-ins for Apple's frameworks, without making a program of it: names,
 * types and concurrency are checked as far as the stand-ins are as Apple's declarations. Null where
 * they hold, or what the compiler says.
 */
export function compileApp(
  swiftc: string,
  { folder, files }: { readonly folder: string; readonly files: readonly string[] },
): string | null {
  const out = join(folder, '.build', 'stand-ins');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const below = (part: string) => files.filter((file) => file.startsWith(`${part}/`));
  const module = (name: string, sources: readonly string[], more: readonly string[]) => [
    ...['-emit-module', '-parse-as-library', '-module-name', name, '-I', out],
    ...['-o', join(out, `${name}.swiftmodule`), ...more, ...sources],
  ];
  const strict = ['-strict-concurrency=complete', '-warnings-as-errors'];
  const steps = [
    module('ProbeCore', below('Sources/ProbeCore'), []),
    ...FRAMEWORKS.map((name) => module(name, below(`${STAND_INS}/${name}`), BRIDGED)),
    [
      ...['-typecheck', '-parse-as-library', '-module-name', 'Probe', '-I', out],
      ...[...strict, ...BRIDGED, ...below('Probe'), ...below(`${STAND_INS}/App`)],
    ],
  ];
  for (const step of steps) {
    const { status, stdout, stderr, error } = spawnSync(swiftc, step, {
      ...{ cwd: folder, encoding: 'utf8' },
    });
    if (status !== 0) return error?.message ?? stdout + stderr;
  }
  return null;
}
