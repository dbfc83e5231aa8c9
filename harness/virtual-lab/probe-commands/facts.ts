import type { AppContext } from '../app-program.js';
import type { PhoneSpec } from '../phone-spec.js';
import { recordVersions } from '../secure-hardware/index.js';
import type { Handler } from './handler.js';

/** Tells what the phone and the probe are. */
export const facts: Handler<'facts'> = (_, { app, device, keys, clock }) => ({
  ...systemFacts(device),
  virtual: true,
  appAttestSupported: keys.appAttest?.supported ?? false,
  deviceTimeMs: clock.now().getTime(),
  probe: identity(app),
});

/** What a phone's system tells every app. */
export function systemFacts(device: PhoneSpec) {
  const { platform, model, osVersion, passcodeSet } = device;
  return {
    ...{ platform, model, osVersion, passcodeSet },
    apiLevel: device.platform === 'android' ? device.apiLevel : null,
    securityPatch: device.platform === 'android' ? device.securityPatch : null,
    features: features(device),
    featureVersions: featureVersions(device),
    bootProperties: bootProperties(device),
    rootHints: rootHints(device),
  };
}

function features(device: PhoneSpec): readonly string[] {
  if (device.platform === 'ios') return device.hardware.secureEnclave ? ['secure-enclave'] : [];
  // PackageManager: FEATURE_STRONGBOX_KEYSTORE came with API 28, FEATURE_HARDWARE_KEYSTORE with 31.
  const { strongbox, tee } = device.hardware;
  return [
    ...(strongbox && device.apiLevel >= 28 ? ['android.hardware.strongbox_keystore'] : []),
    ...(tee && device.apiLevel >= 31 ? ['android.hardware.hardware_keystore'] : []),
  ];
}

/** Features of the keystore are as old as what makes its keys: Keymaster 4 is 40, KeyMint 3 is 300. */
function featureVersions(device: PhoneSpec): Readonly<Record<string, number>> {
  if (device.platform === 'ios') return {};
  const { keyMintVersion } = recordVersions(device);
  const version = keyMintVersion < 10 ? keyMintVersion * 10 : keyMintVersion;
  return Object.fromEntries(features(device).map((name) => [name, version]));
}

const COLOURS = {
  verified: 'green',
  'self-signed': 'yellow',
  unverified: 'orange',
  failed: 'red',
} as const;

function bootProperties(device: PhoneSpec): Readonly<Record<string, string>> {
  if (device.platform === 'ios') return {};
  return {
    'ro.boot.verifiedbootstate': COLOURS[device.bootState],
    'ro.boot.flash.locked': device.locked ? '1' : '0',
  };
}

function rootHints(device: PhoneSpec): readonly string[] {
  if (!device.jailbroken) return [];
  return device.platform === 'android' ? ['/system/xbin/su'] : ['/Applications/Sileo.app'];
}

function identity(app: AppContext['app']) {
  return app.platform === 'android'
    ? {
        package: app.packageName,
        version: app.version,
        build: String(app.versionCode),
        signerDigests: app.signerDigests,
        teamId: null,
      }
    : {
        package: app.bundleId,
        version: app.version,
        build: app.build,
        signerDigests: [],
        teamId: app.teamId,
      };
}
