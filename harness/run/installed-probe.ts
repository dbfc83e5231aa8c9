import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { AndroidRelease } from '../app-package/index.js';
import { fromBase64 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import type { InstalledProbe } from '../report/record.js';
import { parseAppPackage } from '../virtual-lab/app-package.js';
import type { WorkerPhone } from './session-capabilities.js';

/** What of an Appium session reading an installed app needs. */
export interface PackageSession {
  execute(
    script: string,
    args: { readonly command?: string; readonly args?: readonly string[] },
  ): Promise<unknown>;
  pullFile(path: string): Promise<unknown>;
}

/**
 * What the phone says of the probe that is installed on it, whatever the probe says of itself: on
 * Android the package is read and its signature verified, on iOS the system is asked. Null where the
 * session may not ask (`mobile: shell` needs `--allow-insecure uiautomator2:adb_shell`) or the app is
 * not there.
 */
export async function readInstalledProbe(
  session: PackageSession,
  { platform, probe }: Pick<WorkerPhone, 'platform' | 'probe'>,
): Promise<InstalledProbe | null> {
  return platform === 'android'
    ? readAndroidProbe(session, probe.app)
    : readAppleProbe(session, probe.app);
}

async function readAndroidProbe(
  session: PackageSession,
  app: string,
): Promise<InstalledProbe | null> {
  const shell = async (...args: readonly string[]): Promise<string> => {
    const output = await session.execute('mobile: shell', { command: 'pm', args });
    return typeof output === 'string' ? output : '';
  };
  const path = await quietly(async () => basePath(await shell('path', app)));
  if (path === null) return null;
  const packed = await quietly(() => session.pullFile(path));
  const bytes = typeof packed === 'string' ? fromBase64(packed.replace(/\s+/g, '')) : null;
  if (bytes === null) return null;
  const installer = await quietly(async () =>
    installerOf(app, await shell('list', 'packages', '-i', app)),
  );
  const virtual = parseAppPackage(bytes);
  if (virtual?.platform === 'android') {
    const { packageName, version, versionCode, signerDigests } = virtual;
    return {
      ...{ app: packageName, version, build: String(versionCode), signerDigests },
      ...{ teamId: null, installer, statedBy: 'package' },
    };
  }
  const { manifest, signing } = await readPulled(bytes, path);
  return {
    ...{ app: manifest.packageName, version: manifest.versionName },
    build: String(manifest.versionCode),
    signerDigests: goodSigners(signing.signers),
    ...{ teamId: null, installer, statedBy: 'package' },
  };
}

// Of a package in several files the base is what is named first in them, and what is signed alike.
function basePath(output: string): string | null {
  const paths = output
    .split(/\r?\n/)
    .flatMap((line) => /^package:(.+\.apk)$/.exec(line)?.[1] ?? []);
  return paths.find((path) => path.endsWith('/base.apk')) ?? paths[0] ?? null;
}

function installerOf(app: string, output: string): string | null {
  const line = output.split(/\r?\n/).find((one) => one.split(/\s+/)[0] === `package:${app}`);
  const installer = /\sinstaller=(\S+)/.exec(line ?? '')?.[1] ?? 'null';
  return installer === 'null' ? null : installer;
}

function goodSigners(signers: AndroidRelease['signing']['signers']): readonly string[] {
  const good = signers.filter(({ problems }) => problems.length === 0);
  return [...new Set(good.map(({ certificateDigest }) => certificateDigest))];
}

async function readPulled(bytes: Uint8Array, path: string): Promise<AndroidRelease> {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-pulled-'));
  try {
    const file = join(folder, 'base.apk');
    writeFileSync(file, bytes, { mode: 0o600 });
    // Loaded only here: workers of virtual phones never need it.
    const { readRelease } = await import('../app-package/index.js');
    const release = await readRelease(file);
    if (release.platform === 'android') return release;
    throw new HarnessError('ERR_FILE_INVALID', `${path} is no Android package`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const entitlementsSchema = z.object({
  'com.apple.developer.team-identifier': z.string().optional(),
});

const listedAppSchema = z.object({
  CFBundleShortVersionString: z.string().optional(),
  CFBundleVersion: z.string().optional(),
  SignerIdentity: z.string().optional(),
  Entitlements: entitlementsSchema.optional(),
});

async function readAppleProbe(
  session: PackageSession,
  app: string,
): Promise<InstalledProbe | null> {
  const listed = await quietly(() => session.execute('mobile: listApps', {}));
  const entry = z.record(z.string(), z.unknown()).safeParse(listed).data?.[app];
  const found = listedAppSchema.safeParse(entry).data;
  const teamId = found?.Entitlements?.['com.apple.developer.team-identifier'];
  // Without the team there is nothing to compare, and the probe's own word is as good.
  if (found === undefined || teamId === undefined) return null;
  return {
    ...{ app, teamId, signerDigests: [], statedBy: 'system' },
    version: found.CFBundleShortVersionString ?? null,
    build: found.CFBundleVersion ?? null,
    installer: found.SignerIdentity ?? null,
  };
}

// A session that may not ask is no reason to lose a night: the record says whose word it is then. A
// phone that is gone shows at the next command.
async function quietly<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch {
    return null;
  }
}
