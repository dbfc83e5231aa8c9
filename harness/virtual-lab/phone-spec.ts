import { z } from 'zod';
import { RECALL_BITS } from '../evidence/play-integrity/index.js';
import { FAULT_NAMES } from './faults.js';
import { latenciesSchema } from './latencies.js';

const common = {
  udid: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/),
  model: z.string().min(1),
  osVersion: z.string().regex(/^\d+(?:\.\d+){0,2}$/),
  /** Whether the probe finds signs of a rooted or jailbroken system. */
  jailbroken: z.boolean().default(false),
  passcodeSet: z.boolean().default(true),
  latencies: latenciesSchema.default({}),
  /** How far the phone's clock is ahead. */
  clockOffsetMs: z.int().default(0),
  /** Faults that are on from the beginning. */
  faults: z.array(z.enum(FAULT_NAMES)).readonly().default([]),
} as const;

const patchDate = z.string().regex(/^\d{4}-\d\d-\d\d$/);

const play = z.strictObject({
  /** Whether Play is on the phone; by default where the phone has a TEE, and so is no emulator. */
  present: z.boolean().exactOptional(),
  /** Where its apps came from: what a farm installs is none of Play's. */
  appsFrom: z.enum(['sideloading', 'play']).default('sideloading'),
  /** Whether its account is a tester's, whose verdicts the Play Console scripts. */
  scripted: z.boolean().default(false),
  activityLevel: z
    .enum(['UNEVALUATED', 'LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'LEVEL_4'])
    .default('LEVEL_1'),
  /** Bits that the app's backend has set for this phone. */
  recallBits: z.array(z.enum(RECALL_BITS)).readonly().default([]),
  playProtect: z
    .enum(['NO_ISSUES', 'NO_DATA', 'POSSIBLE_RISK', 'MEDIUM_RISK', 'HIGH_RISK'])
    .default('NO_ISSUES'),
  appsDetected: z.array(z.string().min(1)).readonly().default(['KNOWN_INSTALLED']),
});

const android = z.strictObject({
  ...common,
  platform: z.literal('android'),
  apiLevel: z.int().min(26).max(99),
  securityPatch: patchDate.default('2026-10-05'),
  /** Patch levels of the vendor's and the boot image; by default the system's. */
  vendorPatch: patchDate.exactOptional(),
  bootPatch: patchDate.exactOptional(),
  hardware: z.strictObject({ strongbox: z.boolean(), tee: z.boolean() }).readonly(),
  /** The state of Android Verified Boot. */
  bootState: z.enum(['verified', 'self-signed', 'unverified', 'failed']),
  /**
   * Key that records name for the boot; by default the vendor's, the owner's, or zeros where nothing
   * was verified. Phones in the field write zeros with `verified` too, and keys with `unverified`.
   */
  bootKey: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .exactOptional(),
  /** Whether the bootloader is locked. */
  locked: z.boolean(),
  provisioning: z.enum(['factory', 'rkp']).default('factory'),
  /** Version that key records carry; by default the one of the API level. */
  keyMintVersion: z.int().min(2).max(500).exactOptional(),
  /** A root module that answers for the keystore; the phone itself stays unlocked and rooted. */
  spoof: z
    .strictObject({ kind: z.literal('leaked-keybox') })
    .readonly()
    .exactOptional(),
  /** Google Play, and what it knows of phone and account. */
  play: play.readonly().prefault({}),
});

type Android = z.infer<typeof android>;

// Such a module is what a root shell installs, and it forges what a TEE would say.
function isSpoofable({ spoof, jailbroken, locked, hardware }: Android): boolean {
  return spoof === undefined || (jailbroken && !locked && hardware.tee);
}

const ios = z.strictObject({
  ...common,
  platform: z.literal('ios'),
  osBuild: z
    .string()
    .regex(/^\d+[A-Z]\d+[a-z]?$/)
    .default('23B85'),
  hardware: z.strictObject({ secureEnclave: z.boolean() }).readonly(),
  appAttest: z.boolean().default(true),
});

/** A virtual phone as a lab states it, in YAML or in code. */
export const virtualPhoneSpecSchema = z.discriminatedUnion('platform', [
  android
    .refine(isSpoofable, {
      path: ['spoof'],
      message: 'only a phone with a TEE that is unlocked and jailbroken (rooted) can spoof',
    })
    .readonly(),
  ios.readonly(),
]);

/** A virtual phone as a lab states it; what has a default may be left out. */
export type VirtualPhoneSpec = z.input<typeof virtualPhoneSpecSchema>;

/** A virtual phone with everything stated. */
export type PhoneSpec = z.infer<typeof virtualPhoneSpecSchema>;

/** An Android phone with everything stated. */
export type AndroidPhoneSpec = Extract<PhoneSpec, { platform: 'android' }>;

/** An iPhone with everything stated. */
export type ApplePhoneSpec = Extract<PhoneSpec, { platform: 'ios' }>;
