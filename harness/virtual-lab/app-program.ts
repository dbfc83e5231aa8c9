import type { AppKeys } from './app-keys.js';
import type { AppPackage } from './app-package.js';
import type { HookSwitches } from './hooks.js';
import type { PhoneNetwork } from './network/phone-network.js';
import type { PhoneClock } from './phone-clock.js';
import type { PhoneSpec } from './phone-spec.js';
import type { PlayService } from './play/index.js';
import type { PhoneStopwatch } from './phone-stopwatch.js';

/** What a running app finds around it. */
export interface AppContext {
  readonly app: AppPackage;
  /** The phone, as far as its system tells an app. */
  readonly device: PhoneSpec;
  /** The app's private storage. */
  readonly data: Map<string, string>;
  readonly keys: AppKeys;
  /** Play Integrity; null where the platform has none. */
  readonly play: PlayService | null;
  readonly network: PhoneNetwork;
  /** What instrumentation has put in place of the app's own functions. */
  readonly hooks: Pick<HookSwitches, 'has'>;
  readonly clock: PhoneClock;
  /** The phone's monotonic clock: what durations are measured with. */
  readonly stopwatch: Pick<PhoneStopwatch, 'nowMs' | 'aheadMs'>;
  /** Waits for modelled time, which the lab scales. */
  readonly pause: (ms: number) => Promise<void>;
}

/** One thing on an app's screen that Appium can find. */
export interface ScreenElement {
  readonly accessibilityId: string;
  readonly text: string;
  readonly kind: 'text' | 'button';
}

/** A running app. */
export interface AppProgram {
  /** A link was opened that the app has registered for. */
  openLink(link: string): void;
  screen(): readonly ScreenElement[];
  tap(accessibilityId: string): void;
  /** The process ends; nothing of it may act from then on. */
  end(): void;
}

/** A program that an app package names. */
export interface Program {
  /** URL schemes that it registers for. */
  readonly schemes: readonly string[];
  readonly start: (context: AppContext) => AppProgram;
  /** The app was removed from a phone, and what it had there goes with it. */
  readonly removed?: (device: Pick<PhoneSpec, 'udid'>) => void;
}

/** Programs by name. */
export type Programs = ReadonlyMap<string, Program>;
