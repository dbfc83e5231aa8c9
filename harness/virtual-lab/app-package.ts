import { z } from 'zod';
import { utf8, utf8Text } from '../encoding/bytes.js';

const common = {
  /** The form of the file itself. */
  attestlabVirtualApp: z.literal(1),
  /** Which program runs when the app is started. */
  program: z.string().regex(/^[a-z-]+$/),
  version: z.string().min(1),
} as const;

const androidPackage = z.strictObject({
  ...common,
  platform: z.literal('android'),
  packageName: z.string().regex(/^[A-Za-z]\w*(?:\.[A-Za-z]\w*)+$/),
  versionCode: z.int().min(1),
  /** SHA-256 of the signing certificates, lower-case hex. */
  signerDigests: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .min(1)
    .readonly(),
});

const applePackage = z.strictObject({
  ...common,
  platform: z.literal('ios'),
  bundleId: z.string().regex(/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/),
  /** CFBundleVersion. */
  build: z.string().min(1),
  teamId: z.string().regex(/^[A-Z0-9]{10}$/),
  /** The App Attest environment that the entitlement names. */
  environment: z.enum(['development', 'production']),
});

const appPackageSchema = z.discriminatedUnion('platform', [
  androidPackage.readonly(),
  applePackage.readonly(),
]);

/** An app as virtual phones install it: what an APK or IPA says of itself, and a program's name. */
export type AppPackage = z.infer<typeof appPackageSchema>;

/** An Android app. */
export type AndroidPackage = Extract<AppPackage, { platform: 'android' }>;

/** An iOS app. */
export type ApplePackage = Extract<AppPackage, { platform: 'ios' }>;

type Described<Package> = Omit<Package, 'attestlabVirtualApp' | 'program' | 'platform'>;

/** The virtual probe for Android, as the lab's reference values name it. */
export function androidProbe(described: Described<AndroidPackage>): AndroidPackage {
  const fixed = { attestlabVirtualApp: 1, program: 'probe', platform: 'android' };
  return androidPackage.readonly().parse({ ...fixed, ...described });
}

/** The virtual probe for iOS, as the lab's reference values name it. */
export function appleProbe(described: Described<ApplePackage>): ApplePackage {
  const fixed = { attestlabVirtualApp: 1, program: 'probe', platform: 'ios' };
  return applePackage.readonly().parse({ ...fixed, ...described });
}

/** The file that an installer is given. */
export function encodeAppPackage(app: AppPackage): Uint8Array {
  return utf8(`${JSON.stringify(app, null, 2)}\n`);
}

/** Reads a package file; null where it is none. */
export function parseAppPackage(bytes: Uint8Array): AppPackage | null {
  try {
    return appPackageSchema.safeParse(JSON.parse(utf8Text(bytes) ?? '')).data ?? null;
  } catch {
    return null;
  }
}

/** Package name, or bundle id. */
export function appIdOf(app: AppPackage): string {
  return app.platform === 'android' ? app.packageName : app.bundleId;
}
