export * from './android-conditions.js';
export * from './android-keystore.js';
export type { AndroidHardware } from './android-hardware.js';
export type { AppAttestEnvironment, AppleApp, AppleSystem } from './app-attest-object.js';
export * from './apple-keystore.js';
export { chainOfStranger } from './forged-attestation.js';
export * from './secure-hardware.js';
export { createVendorRoots } from './vendor-roots.js';
export type { Provisioning, VendorRoots } from './vendor-roots.js';
