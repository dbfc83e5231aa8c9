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

/** What a phone's keystore attested of a fresh key. */
export interface AttestedKey {
  readonly level: 'SOFTWARE' | 'TRUSTED_ENVIRONMENT' | 'STRONG_BOX';
  /** Null where the attestation holds no root of trust. */
  readonly bootState: 'VERIFIED' | 'SELF_SIGNED' | 'UNVERIFIED' | 'FAILED' | null;
}

const ATTESTED_BOOT_STATES = {
  VERIFIED: 'verified',
  SELF_SIGNED: 'self-signed',
  UNVERIFIED: 'unverified',
  FAILED: 'failed',
} as const;

/**
 * The facts of a phone as its probe claims them and its keystore attests: good enough to choose what is expected of the phone,
 * never to trust it. What the probe cannot tell stays absent, so that it shows as drift.
 */
export function measureFacts(claimed: ProbeFacts, attested: AttestedKey | null = null): Facts {
  const rooted = claimed.rootHints.length > 0;
  return claimed.platform === 'android'
    ? {
        platform: 'android',
        strongbox: claimed.features.includes(FEATURES.strongbox),
        ...teeFact(claimed, attested),
        ...bootFacts(claimed.bootProperties),
        ...(attested !== null && { attestedBootState: attestedBootState(attested) }),
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

// FEATURE_HARDWARE_KEYSTORE came with API 31; an older phone shows its TEE only by what it attests.
function teeFact(claimed: ProbeFacts, attested: AttestedKey | null): Pick<Facts, 'tee'> {
  if ((claimed.apiLevel ?? 0) >= 31) return { tee: claimed.features.includes(FEATURES.tee) };
  return attested === null ? {} : { tee: attested.level !== 'SOFTWARE' };
}

function attestedBootState({ bootState }: AttestedKey): NonNullable<Facts['attestedBootState']> {
  return bootState === null ? 'none' : ATTESTED_BOOT_STATES[bootState];
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
