import { setTimeout as delay } from 'node:timers/promises';
import { appIdOf, type AppPackage } from './app-package.js';
import type { AppProgram, Program, Programs, ScreenElement } from './app-program.js';
import { InstalledApps } from './apps.js';
import { apkPath } from './package-listing.js';
import { FaultSwitches } from './faults.js';
import { HookSwitches } from './hooks.js';
import { latencyMs } from './latencies.js';
import { PhoneNetwork } from './network/phone-network.js';
import { PhoneStopwatch } from './phone-stopwatch.js';
import { PhoneClock } from './phone-clock.js';
import { createPhoneKeys, type PhoneKeys } from './phone-keys.js';
import type { PhoneSpec } from './phone-spec.js';
import { SystemLog } from './system-log.js';
import { createPlayService, type PlayService, type PlayVendor } from './play/index.js';
import type { VendorRoots } from './secure-hardware/index.js';

/** What phones of one lab share. */
export interface PhoneSurroundings {
  readonly vendors: VendorRoots;
  readonly play: PlayVendor;
  readonly programs: Programs;
  /** The lab's time. */
  readonly now: () => Date;
  /** By how much modelled durations are multiplied. */
  readonly timeScale: number;
  /** Names that the lab's own DNS knows, with their addresses. */
  readonly hosts: ReadonlyMap<string, string>;
}

/** How Appium counts an app's states. */
export type AppState = 'not-installed' | 'not-running' | 'background' | 'foreground';

const SLOW_FACTOR = 10;

/**
 * One virtual phone: apps, settings, files, clock, network, secure hardware, faults and hooks. Faces that
 * outsiders talk to (an Appium driver, later adbd and usbmuxd) hold no behaviour: it is all here.
 */
export class VirtualPhone {
  readonly spec: PhoneSpec;
  readonly faults: FaultSwitches;
  /** Instrumentation of its apps' processes. */
  readonly hooks: HookSwitches;
  readonly clock: PhoneClock;
  readonly stopwatch = new PhoneStopwatch();
  readonly log: SystemLog;
  readonly apps: InstalledApps;
  readonly network: PhoneNetwork;
  /** System settings by name. */
  readonly settings = new Map<string, string>();
  /** Shared storage by path. */
  readonly files = new Map<string, Uint8Array>();
  readonly #surroundings: PhoneSurroundings;
  readonly #keys: PhoneKeys;
  readonly #running = new Map<string, AppProgram>();
  readonly #poweredOff = new AbortController();
  #foreground: string | null = null;

  constructor(spec: PhoneSpec, surroundings: PhoneSurroundings) {
    this.spec = spec;
    this.#surroundings = surroundings;
    this.faults = new FaultSwitches(spec.faults);
    this.hooks = new HookSwitches(spec);
    this.clock = new PhoneClock(surroundings.now, spec.clockOffsetMs);
    this.apps = new InstalledApps(spec.platform);
    this.log = new SystemLog(() => this.clock.now());
    const { clock, faults, settings, log } = this;
    this.network = new PhoneNetwork({ clock, faults, settings, log, hosts: surroundings.hosts });
    this.#keys = createPhoneKeys(spec, {
      vendors: surroundings.vendors,
      clock,
      faults,
      pause: (operation, level) =>
        this.#pause(
          latencyMs(spec.latencies, level, operation) * (faults.strikes('slow') ? SLOW_FACTOR : 1),
        ),
    });
  }

  /** Installs or updates an app; throws InstallError. A running one is ended first. */
  install(file: Uint8Array): string {
    const id = appIdOf(this.apps.install(file).package);
    if (this.spec.platform === 'android') this.files.set(apkPath(id), file);
    this.terminate(id);
    this.log.add(`${id}: installed`);
    return id;
  }

  /** Whether there was such an app; its data goes, and what else its system deletes with it. */
  remove(appId: string): boolean {
    this.terminate(appId);
    const app = this.apps.remove(appId);
    if (app === null) return false;
    this.files.delete(apkPath(appId));
    this.#keys.appRemoved(app.package);
    this.#programOf(app.package.program)?.removed?.(this.spec);
    this.log.add(`${appId}: removed`);
    return true;
  }

  /** Starts an app or brings it to the front; false where it is not installed. */
  launch(appId: string): boolean {
    const app = this.apps.get(appId);
    const program = app === null ? undefined : this.#programOf(app.package.program);
    if (app === null || program === undefined) return false;
    if (!this.#running.has(appId)) {
      this.log.add(`${appId}: started`);
      this.#running.set(
        appId,
        program.start({
          app: app.package,
          device: this.spec,
          data: app.data,
          keys: this.#keys.of(app.package),
          play: this.#playOf(app.package),
          network: this.network,
          hooks: this.hooks,
          clock: this.clock,
          stopwatch: this.stopwatch,
          pause: (ms) => this.#pause(ms),
        }),
      );
    }
    this.#foreground = appId;
    return true;
  }

  /** Whether the app was running. */
  terminate(appId: string): boolean {
    this.#running.get(appId)?.end();
    if (this.#foreground === appId) this.#foreground = null;
    const wasRunning = this.#running.delete(appId);
    if (wasRunning) this.log.add(`${appId}: ended`);
    return wasRunning;
  }

  appState(appId: string): AppState {
    if (this.apps.get(appId) === null) return 'not-installed';
    if (!this.#running.has(appId)) return 'not-running';
    return this.#foreground === appId ? 'foreground' : 'background';
  }

  /** Opens a link in the app named, or in the first that has its scheme; false where none has. */
  openLink(link: string, appId: string | null): boolean {
    const receiver = this.#receiverOf(link, appId);
    if (receiver === null || !this.launch(receiver)) return false;
    if (this.faults.strikes('crash')) {
      this.log.add(`${receiver}: crashed`);
      this.terminate(receiver);
    } else {
      this.#running.get(receiver)?.openLink(link);
    }
    return true;
  }

  /** What the app in front shows; empty where none is. */
  screen(): readonly ScreenElement[] {
    const app = this.#foreground === null ? undefined : this.#running.get(this.#foreground);
    return app?.screen() ?? [];
  }

  /** Whether there was such an element. */
  tap(accessibilityId: string): boolean {
    if (!this.screen().some((element) => element.accessibilityId === accessibilityId)) return false;
    if (this.#foreground !== null) this.#running.get(this.#foreground)?.tap(accessibilityId);
    return true;
  }

  /** Ends every app and whatever they wait for. */
  powerOff(): void {
    for (const appId of this.apps.ids()) this.terminate(appId);
    this.#poweredOff.abort();
  }

  #receiverOf(link: string, appId: string | null): string | null {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(link)?.[1]?.toLowerCase() ?? '';
    const accepts = (id: string): boolean => {
      const program = this.#programOf(this.apps.get(id)?.package.program ?? '');
      return program?.schemes.includes(scheme) ?? false;
    };
    const candidates = appId === null ? this.apps.ids() : [appId];
    return candidates.find(accepts) ?? null;
  }

  #playOf(app: AppPackage): PlayService | null {
    const { spec: device, faults } = this;
    if (device.platform !== 'android' || app.platform !== 'android') return null;
    const vendor = this.#surroundings.play;
    return createPlayService({ vendor, device, app, faults, pause: (ms) => this.#pause(ms) });
  }

  #programOf(name: string): Program | undefined {
    return this.#surroundings.programs.get(name);
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#poweredOff;
    // A switched-off phone finishes nothing: whoever waits here waits for ever, and is forgotten.
    await this.stopwatch.during(ms, () =>
      delay(ms * this.#surroundings.timeScale, undefined, { signal }).catch(
        () => new Promise<never>(() => undefined),
      ),
    );
  }
}
