import { fromHex } from '../encoding/bytes.js';
import { androidAppKeys, appleAppKeys, type AppKeys } from './app-keys.js';
import type { ApplePackage, AppPackage } from './app-package.js';
import type { FaultSwitches } from './faults.js';
import type { PhoneClock } from './phone-clock.js';
import type { AndroidPhoneSpec, ApplePhoneSpec, PhoneSpec } from './phone-spec.js';
import type { Operation } from './latencies.js';
import {
  createAndroidKeystore,
  createAppleKeystore,
  type AndroidConditions,
  type AndroidHardware,
  type AppleConditions,
  type KeyLevel,
  spoofedKeystore,
  type VendorRoots,
} from './secure-hardware/index.js';

/** A phone's secure hardware as its apps and its system see it. */
export interface PhoneKeys {
  /** The keys of an installed app. */
  of(app: AppPackage): AppKeys;
  /** The system's own tidying up when an app goes. */
  appRemoved(app: AppPackage): void;
}

/** What secure hardware needs of its phone. */
export interface PhoneKeysOptions {
  readonly vendors: VendorRoots;
  readonly clock: PhoneClock;
  readonly faults: FaultSwitches;
  readonly pause: (operation: Operation, level: KeyLevel) => Promise<void>;
}

/** The secure hardware of a phone. */
export function createPhoneKeys(spec: PhoneSpec, options: PhoneKeysOptions): PhoneKeys {
  return spec.platform === 'android'
    ? androidPhoneKeys(spec, options)
    : applePhoneKeys(spec, options);
}

function androidPhoneKeys(spec: AndroidPhoneSpec, options: PhoneKeysOptions): PhoneKeys {
  const { vendors, clock, faults, pause } = options;
  const genuine = createAndroidKeystore({
    hardware: androidHardware(spec),
    vendors,
    clock: () => clock.now(),
    conditions: () => androidConditions(faults),
    pause,
  });
  const keystore =
    spec.spoof === undefined ? genuine : spoofedKeystore(genuine, vendors.leakedBatchKey);
  const of = (app: AppPackage): AppKeys => {
    if (app.platform !== 'android') throw new RangeError('an iOS app on an Android phone');
    return androidAppKeys(keystore, app);
  };
  return {
    of,
    // keystore2 clears an app's whole namespace when the package manager removes the app.
    appRemoved: (app) => {
      const keys = of(app);
      for (const alias of keys.aliases()) keys.delete(alias);
    },
  };
}

function applePhoneKeys(spec: ApplePhoneSpec, options: PhoneKeysOptions): PhoneKeys {
  const { vendors, faults, pause } = options;
  // One keychain access group per app; it outlives the app, which then finds its old items.
  const keychains = new Map<
    string,
    { app: ApplePackage; keystore: ReturnType<typeof createAppleKeystore> }
  >();
  const keychainOf = (app: AppPackage) => {
    if (app.platform !== 'ios') throw new RangeError('an Android app on an iPhone');
    const group = `${app.teamId}.${app.bundleId}`;
    const before = keychains.get(group);
    if (before !== undefined) {
      before.app = app;
      return before.keystore;
    }
    const keystore = createAppleKeystore({
      hardware: {
        ...spec.hardware,
        appAttestSupported: spec.appAttest,
        passcodeSet: spec.passcodeSet,
        osVersion: spec.osVersion,
        osBuild: spec.osBuild,
      },
      vendors,
      app: () => {
        const { teamId, bundleId, build, environment } = keychains.get(group)?.app ?? app;
        return { teamId, bundleId, bundleVersion: build, environment };
      },
      conditions: () => appleConditions(faults),
      pause,
    });
    keychains.set(group, { app, keystore });
    return keystore;
  };
  return {
    of: (app) => appleAppKeys(keychainOf(app)),
    appRemoved: (app) => {
      keychainOf(app).appRemoved();
    },
  };
}

function androidHardware(spec: AndroidPhoneSpec): AndroidHardware {
  const { apiLevel, provisioning, osVersion, securityPatch } = spec;
  const { vendorPatch, bootPatch, bootKey, keyMintVersion } = spec;
  const key = bootKey === undefined ? null : fromHex(bootKey);
  return {
    ...{ apiLevel, provisioning, osVersion, securityPatch, ...spec.hardware },
    boot: { locked: spec.locked, state: spec.bootState, ...(key === null ? {} : { key }) },
    ...(vendorPatch === undefined ? {} : { vendorPatch }),
    ...(bootPatch === undefined ? {} : { bootPatch }),
    ...(keyMintVersion === undefined ? {} : { keyMintVersion }),
  };
}

// Members are getters, since a fault that passes is used up by the operation that reads it.
function androidConditions(faults: FaultSwitches): AndroidConditions {
  return {
    get beforeFirstUnlock() {
      return faults.strikes('before-first-unlock');
    },
    get hardwareBusy() {
      return faults.strikes('hardware-busy');
    },
    get strongBoxFailing() {
      return faults.strikes('strongbox-failing');
    },
    get attestationKeys() {
      if (faults.strikes('attestation-keys-refused')) return 'refused';
      if (faults.strikes('attestation-keys-need-upgrade')) return 'upgrade-needed';
      return faults.strikes('attestation-keys-exhausted') ? 'exhausted' : 'available';
    },
    get online() {
      return !faults.has('no-network');
    },
    get keysImported() {
      return faults.strikes('keys-imported');
    },
    get attestKey() {
      return faults.strikes('attest-key');
    },
  };
}

function appleConditions(faults: FaultSwitches): AppleConditions {
  return {
    get screenLocked() {
      return faults.strikes('before-first-unlock') || faults.strikes('screen-locked');
    },
    get appAttest() {
      if (faults.strikes('app-attest-failing')) return 'failing';
      const isUnavailable =
        faults.strikes('app-attest-unavailable') || faults.strikes('no-network');
      return isUnavailable ? 'unavailable' : 'available';
    },
  };
}
