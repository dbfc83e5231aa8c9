import type { CommandResult } from '../probe/commands.js';
import type { Facts } from './facts.js';

/** What the probe says of the phone that it runs on. */
export type ProbeFacts = CommandResult<'facts'>;

// PackageManager's features (API 28 and 31); CryptoKit's SecureEnclave.isAvailable under one name.
const FEATURES = {
  strongbox: 'android.hardware.strongbox_keystore',
  tee: 'android.hardware.hardware_keystore',
  secureEnclave: 'secure-enclave',
} as const;

// Colours of Android Verified Boot, as `ro.boot.verifiedbootstate` has them.
const BOOT_STATES = new Map<string, NonNullable<Facts['bootState']>>([
  ['green', 'verified'],
  ['yellow', 'self-signed'],
  ['orange', 'unverified'],
  ['red', 'failed'],
]);

/**
 * The facts of a phone as its probe claims them: good enough to choose what is expected of the phone,
 * never to trust it. What the probe cannot tell stays absent, so that it shows as drift.
 */
export function measureFacts(claimed: ProbeFacts): Facts {
  const rooted = claimed.rootHints.length > 0;
  return claimed.platform === 'android'
    ? {
        platform: 'android',
        strongbox: claimed.features.includes(FEATURES.strongbox),
        // A phone of API 30 or older has no feature for its TEE, nor does it lack one for that.
        ...((claimed.apiLevel ?? 0) >= 31 && { tee: claimed.features.includes(FEATURES.tee) }),
        ...bootFacts(claimed.bootProperties),
        rooted,
      }
    : {
        platform: 'ios',
        // App Attest keys live in the Secure Enclave alone.
        secureEnclave:
          claimed.appAttestSupported || claimed.features.includes(FEATURES.secureEnclave),
        appAttest: claimed.appAttestSupported,
        rooted,
      };
}

function bootFacts(
  properties: Readonly<Record<string, string>>,
): Pick<Facts, 'bootState' | 'bootloaderLocked'> {
  const bootState = BOOT_STATES.get(properties['ro.boot.verifiedbootstate'] ?? '');
  const locked = properties['ro.boot.flash.locked'];
  return {
    ...(bootState !== undefined && { bootState }),
    ...(locked !== undefined && { bootloaderLocked: locked === '1' }),
  };
}
