import { appIdOf, parseAppPackage, type AppPackage } from './app-package.js';

/** Why an installer refuses a package; words of Android's package manager and of installd. */
export type InstallRefusal =
  | 'INSTALL_FAILED_INVALID_APK'
  | 'INSTALL_FAILED_UPDATE_INCOMPATIBLE'
  | 'INSTALL_FAILED_VERSION_DOWNGRADE'
  | 'ApplicationVerificationFailed'
  | 'MismatchedApplicationIdentifierEntitlement';

/** An installer's "no". */
export class InstallError extends Error {
  readonly reason: InstallRefusal;

  constructor(reason: InstallRefusal, message: string) {
    super(`${reason}: ${message}`);
    this.name = 'InstallError';
    this.reason = reason;
  }
}

/** An installed app with its private storage, which an update keeps and a removal ends. */
export interface InstalledApp {
  readonly package: AppPackage;
  readonly data: Map<string, string>;
  /** The app that installed it; null where a host did, over the cable. */
  readonly installer: string | null;
}

/** The apps of one phone. */
export class InstalledApps {
  readonly #platform: AppPackage['platform'];
  readonly #apps = new Map<string, InstalledApp>();

  constructor(platform: AppPackage['platform']) {
    this.#platform = platform;
  }

  /** Installs or updates; throws InstallError. */
  install(file: Uint8Array): InstalledApp {
    const offered = this.#read(file);
    const before = this.#apps.get(appIdOf(offered));
    if (before !== undefined) refuseUpdate(before.package, offered);
    const data = before?.data ?? new Map<string, string>();
    const app = { package: offered, data, installer: null };
    this.#apps.set(appIdOf(offered), app);
    return app;
  }

  /** The app that was removed, or null where there was none. */
  remove(appId: string): InstalledApp | null {
    const app = this.#apps.get(appId) ?? null;
    this.#apps.delete(appId);
    return app;
  }

  get(appId: string): InstalledApp | null {
    return this.#apps.get(appId) ?? null;
  }

  ids(): readonly string[] {
    return [...this.#apps.keys()];
  }

  #read(file: Uint8Array): AppPackage {
    const parsed = parseAppPackage(file);
    if (parsed?.platform === this.#platform) return parsed;
    const what = parsed === null ? 'no app of the virtual lab' : `an app for ${parsed.platform}`;
    throw this.#platform === 'android'
      ? new InstallError('INSTALL_FAILED_INVALID_APK', what)
      : new InstallError('ApplicationVerificationFailed', what);
  }
}

// Both systems let nobody but the owner of the old version replace it: its data is at stake.
function refuseUpdate(installed: AppPackage, offered: AppPackage): void {
  if (installed.platform === 'ios') {
    if (offered.platform === 'ios' && offered.teamId === installed.teamId) return;
    throw new InstallError(
      'MismatchedApplicationIdentifierEntitlement',
      'the installed app is of another team',
    );
  }
  if (offered.platform === 'ios') throw new RangeError('an iOS app on an Android phone');
  if ([...installed.signerDigests].sort().join() !== [...offered.signerDigests].sort().join()) {
    throw new InstallError(
      'INSTALL_FAILED_UPDATE_INCOMPATIBLE',
      'the installed app is signed by another key',
    );
  }
  if (offered.versionCode < installed.versionCode) {
    throw new InstallError(
      'INSTALL_FAILED_VERSION_DOWNGRADE',
      `version code ${offered.versionCode} is older than ${installed.versionCode}`,
    );
  }
}
