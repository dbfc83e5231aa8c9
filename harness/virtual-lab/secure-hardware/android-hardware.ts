import { createHash } from 'node:crypto';
import { utf8 } from '../../encoding/bytes.js';
import type { RootOfTrust } from './key-description.js';
import type { Provisioning } from './vendor-roots.js';

/** What an Android phone is made of, as far as its keystore goes. */
export interface AndroidHardware {
  readonly apiLevel: number;
  readonly strongbox: boolean;
  /** Without one the keystore works in software, as on an emulator. */
  readonly tee: boolean;
  readonly provisioning: Provisioning;
  readonly boot: {
    readonly locked: boolean;
    readonly state: RootOfTrust['state'];
    /** 32 bytes; by default the vendor's, the owner's, or zeros, as the state has it. */
    readonly key?: Uint8Array;
  };
  /** Such as `16` or `8.1.0`. */
  readonly osVersion: string;
  /** `YYYY-MM-DD`. */
  readonly securityPatch: string;
  /** `YYYY-MM-DD`; by default `securityPatch`. */
  readonly vendorPatch?: string;
  /** `YYYY-MM-DD`; by default `securityPatch`. */
  readonly bootPatch?: string;
  /** Version that records carry; by default the one that the API level came with. */
  readonly keyMintVersion?: number;
}

/** A record's two versions. */
export interface RecordVersions {
  readonly attestationVersion: number;
  readonly keyMintVersion: number;
}

// First API level with each: Keymaster 3, 4, 4.1, then KeyMint, where both versions are one number.
const VERSIONS: readonly (readonly [apiLevel: number, versions: RecordVersions])[] = [
  [36, { attestationVersion: 400, keyMintVersion: 400 }],
  [34, { attestationVersion: 300, keyMintVersion: 300 }],
  [33, { attestationVersion: 200, keyMintVersion: 200 }],
  [31, { attestationVersion: 100, keyMintVersion: 100 }],
  [30, { attestationVersion: 4, keyMintVersion: 41 }],
  [28, { attestationVersion: 3, keyMintVersion: 4 }],
  [26, { attestationVersion: 2, keyMintVersion: 3 }],
];

/** The versions in records of a phone. */
export function recordVersions(
  hardware: Pick<AndroidHardware, 'apiLevel' | 'keyMintVersion'>,
): RecordVersions {
  if (hardware.keyMintVersion !== undefined) {
    const version = hardware.keyMintVersion;
    const known = VERSIONS.find(([, versions]) => versions.keyMintVersion === version);
    return known?.[1] ?? { attestationVersion: version, keyMintVersion: version };
  }
  const found = VERSIONS.find(([apiLevel]) => hardware.apiLevel >= apiLevel);
  if (found === undefined)
    throw new RangeError(`API level ${hardware.apiLevel} has no attestation`);
  return found[1];
}

/** Whether apps can have keys attested by a key of their own: from Android 12 on, with a TEE. */
export function hasAttestKeys({ apiLevel, tee }: AndroidHardware): boolean {
  return apiLevel >= 31 && tee;
}

/** Numbers of the system in records: `16` is 160000, `2026-11-05` is 202611 and 20261105. */
export interface SystemNumbers {
  readonly osVersion: number;
  readonly osPatchLevel: number;
  readonly vendorPatchLevel: number;
  readonly bootPatchLevel: number;
}

/** The system numbers of a phone. */
export function systemNumbers(hardware: AndroidHardware): SystemNumbers {
  const [major = 0, minor = 0, sub = 0] = hardware.osVersion.split('.').map(Number);
  const osVersion = major * 10_000 + minor * 100 + sub;
  if (!Number.isSafeInteger(osVersion)) throw new RangeError(`Android ${hardware.osVersion}`);
  const { securityPatch, vendorPatch, bootPatch } = hardware;
  return {
    osVersion,
    osPatchLevel: Math.floor(patchNumber(securityPatch) / 100),
    vendorPatchLevel: patchNumber(vendorPatch ?? securityPatch),
    bootPatchLevel: patchNumber(bootPatch ?? securityPatch),
  };
}

function patchNumber(date: string): number {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new RangeError(`${date} is no date of a patch`);
  return Number(date.replaceAll('-', ''));
}

/** The root of trust of a phone: zeros for the key where nothing was verified, as phones write. */
export function rootOfTrust(hardware: AndroidHardware): RootOfTrust {
  const { locked, state, key } = hardware.boot;
  const isVerified = state === 'verified' || state === 'self-signed';
  return {
    bootKey: key ?? (isVerified ? bootKey(state) : new Uint8Array(32)),
    locked,
    state,
    bootHash: digest(`boot image of Android ${hardware.osVersion}, ${hardware.securityPatch}`),
  };
}

/** The key that a system of this state was verified with: the vendor's, or the owner's own. */
export function bootKey(state: 'verified' | 'self-signed'): Uint8Array {
  return digest(`verified boot key, ${state}`);
}

/** Digest over the system's updatable modules, which KeyMint 400 attests. */
export function moduleHash(hardware: AndroidHardware): Uint8Array {
  return digest(`modules of Android ${hardware.osVersion}, ${hardware.securityPatch}`);
}

// A virtual phone has no images; a digest of what would identify them stays the same per system.
function digest(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(utf8(text)).digest());
}
