import {
  createAndroidKeystore,
  createAppleKeystore,
  createVendorRoots,
  FAIR_CONDITIONS,
  type AndroidConditions,
  type AndroidHardware,
  type AndroidKeyRequest,
  type AppleApp,
  type AppleConditions,
  type AppleHardware,
  type VendorRoots,
} from '../index.js';

/** The time that tests run at. */
export const TEST_NOW = new Date('2026-11-23T12:00:00.000Z');

/** Vendors whose clock stands at `TEST_NOW`. */
export function testVendors(): VendorRoots {
  return createVendorRoots({ clock: () => TEST_NOW });
}

/** A phone with everything. */
export const TEST_ANDROID: AndroidHardware = {
  apiLevel: 35,
  strongbox: true,
  tee: true,
  provisioning: 'rkp',
  boot: { locked: true, state: 'verified' },
  osVersion: '15',
  securityPatch: '2026-11-05',
};

/** The app that asks for keys. */
export const TEST_PACKAGE = {
  packageName: 'org.attestlab.probe',
  versionCode: 7,
  signerDigests: [new Uint8Array(32).fill(0xd1)],
};

/** A keystore of the phone above with changes. */
export function testAndroid(
  changes: {
    readonly vendors?: VendorRoots;
    readonly hardware?: Partial<AndroidHardware>;
    readonly conditions?: Partial<AndroidConditions>;
  } = {},
) {
  return createAndroidKeystore({
    hardware: { ...TEST_ANDROID, ...changes.hardware },
    vendors: changes.vendors ?? testVendors(),
    clock: () => TEST_NOW,
    conditions: () => ({ ...FAIR_CONDITIONS, ...changes.conditions }),
  });
}

/** A request for an EC key in the TEE with changes. */
export function keyRequest(changes: Partial<AndroidKeyRequest> = {}): AndroidKeyRequest {
  return {
    alias: 'key',
    algorithm: 'ec-p256',
    level: 'tee',
    digests: ['none', 'sha256'],
    packageInfo: TEST_PACKAGE,
    ...changes,
  };
}

/** The probe as an iOS app. */
export const TEST_APP: AppleApp = {
  teamId: 'ATTESTLAB0',
  bundleId: 'org.attestlab.probe',
  bundleVersion: '1',
  environment: 'development',
};

/** An iPhone with everything. */
export const TEST_IPHONE: AppleHardware = {
  secureEnclave: true,
  appAttestSupported: true,
  passcodeSet: true,
  osVersion: '18.5',
  osBuild: '22F76',
};

/** A keystore of the iPhone above with changes. */
export function testApple(
  changes: {
    readonly vendors?: VendorRoots;
    readonly app?: Partial<AppleApp>;
    readonly hardware?: Partial<AppleHardware>;
    readonly conditions?: Partial<AppleConditions>;
  } = {},
) {
  return createAppleKeystore({
    hardware: { ...TEST_IPHONE, ...changes.hardware },
    vendors: changes.vendors ?? testVendors(),
    app: () => ({ ...TEST_APP, ...changes.app }),
    conditions: () => ({ screenLocked: false, appAttest: 'available', ...changes.conditions }),
  });
}
