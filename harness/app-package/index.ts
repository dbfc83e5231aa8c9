export { compareRelease, maxSdk, type ReleaseDifference } from './compare.js';
export { releaseProblems } from './problems.js';
export { readRelease, withArchive, type AppRelease } from './release.js';
export { apkKey, signApk, type ApkKey } from './android/sign-apk.js';
export { releaseWarnings } from './warnings.js';
export type { AndroidRelease } from './android/android-release.js';
export type { ApkSigner } from './android/apk-signer.js';
export type { DomainRules, NetworkRules, NetworkSecurity } from './android/network-security.js';
export type { AppleRelease } from './apple/apple-release.js';
