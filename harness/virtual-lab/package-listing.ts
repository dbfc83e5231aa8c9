import { appIdOf, type AppPackage } from './app-package.js';
import type { InstalledApps } from './apps.js';

/** Where Android keeps the package of an app; anybody with a shell may read it. */
export function apkPath(appId: string): string {
  return `/data/app/${appId}/base.apk`;
}

/**
 * What `adb shell` answers to the questions about packages that hosts ask: `pm path` and
 * `pm list packages -i`. Null for every other command, so that none is answered by chance.
 */
export function packageShell(
  apps: InstalledApps,
  command: string,
  args: readonly string[],
): string | null {
  if (command !== 'pm') return null;
  const [verb, ...rest] = args;
  if (verb === 'path' && rest.length === 1) {
    const [appId = ''] = rest;
    return apps.get(appId) === null ? '' : `package:${apkPath(appId)}\n`;
  }
  if (verb === 'list' && rest[0] === 'packages' && rest[1] === '-i') {
    // Like the real one, it lists every package whose name holds the text.
    return apps
      .ids()
      .filter((appId) => appId.includes(rest[2] ?? ''))
      .map((appId) => `package:${appId}  installer=${apps.get(appId)?.installer ?? 'null'}\n`)
      .join('');
  }
  return null;
}

/** What iOS says of installed apps, by bundle id: attributes of its installation proxy. */
export function appListing(
  apps: InstalledApps,
): Readonly<Record<string, Readonly<Record<string, string | Readonly<Record<string, string>>>>>> {
  const packages = apps.ids().flatMap((appId) => apps.get(appId)?.package ?? []);
  return Object.fromEntries(
    packages.filter(isApple).map((app) => [
      appIdOf(app),
      {
        CFBundleIdentifier: app.bundleId,
        CFBundleShortVersionString: app.version,
        CFBundleVersion: app.build,
        SignerIdentity: `Apple Development: virtual (${app.teamId})`,
        Entitlements: {
          'application-identifier': `${app.teamId}.${app.bundleId}`,
          'com.apple.developer.team-identifier': app.teamId,
        },
      },
    ]),
  );
}

function isApple(app: AppPackage): app is Extract<AppPackage, { platform: 'ios' }> {
  return app.platform === 'ios';
}
