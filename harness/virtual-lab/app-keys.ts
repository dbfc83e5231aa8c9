import type { KeyObject } from 'node:crypto';
import { fromHex } from '../encoding/bytes.js';
import type { AndroidPackage } from './app-package.js';
import type {
  AndroidKeyLevel,
  AndroidKeystore,
  AppAttestService,
  AppleKeystore,
  CertifiedKey,
  GeneratedKey,
  KeyAlgorithm,
  KeyDigest,
  KeyLevel,
  PackageIdentity,
} from './secure-hardware/index.js';

/** A key that an app asks for. */
export interface AppKeyRequest<Level extends KeyLevel = KeyLevel> {
  readonly alias: string;
  readonly algorithm: KeyAlgorithm;
  readonly level: Level;
  readonly digests: readonly KeyDigest[];
  readonly challenge?: Uint8Array;
}

/** What one app sees of its phone's keystore. Failures are KeystoreException. */
export interface AppKeys {
  /** Rungs that the platform knows. */
  readonly levels: readonly KeyLevel[];
  generate(request: AppKeyRequest): Promise<GeneratedKey>;
  /** With SHA-256. */
  sign(alias: string, data: Uint8Array): Promise<Uint8Array>;
  exportPrivate(alias: string): Uint8Array;
  publicKey(alias: string): Uint8Array;
  delete(alias: string): void;
  aliases(): readonly string[];
  tlsKey(alias: string): KeyObject;
  /** Null where the platform has none. */
  readonly appAttest: AppAttestService | null;
  /** For platform code in another process, which keeps the app's keys itself; null on iOS. */
  readonly outside: OutsideKeys | null;
}

/** What an Android phone's hardware does for an app's keys that are kept elsewhere. */
export interface OutsideKeys {
  certify(
    request: Omit<AppKeyRequest<AndroidKeyLevel>, 'alias'>,
    spki: Uint8Array,
  ): Promise<GeneratedKey<AndroidKeyLevel>>;
  admit(key: CertifiedKey, digest: KeyDigest): Promise<void>;
}

/** The keys of an Android app: keystore2 keeps those of each app apart. */
export function androidAppKeys(keystore: AndroidKeystore, app: AndroidPackage): AppKeys {
  const prefix = `${app.packageName}/`;
  const own = (alias: string): string => `${prefix}${alias}`;
  return {
    levels: ['strongbox', 'tee', 'software'],
    appAttest: null,
    generate: ({ level, alias, ...request }) => {
      if (level === 'secure-enclave') throw new RangeError(`Android has no ${level}`);
      const packageInfo = packageIdentity(app);
      return keystore.generate({ ...request, level, alias: own(alias), packageInfo });
    },
    sign: (alias, data) => keystore.sign(own(alias), data, 'sha256'),
    exportPrivate: (alias) => keystore.exportPrivate(own(alias)),
    publicKey: (alias) => keystore.publicKey(own(alias)),
    delete: (alias) => {
      keystore.delete(own(alias));
    },
    aliases: () =>
      keystore
        .aliases()
        .filter((alias) => alias.startsWith(prefix))
        .map((alias) => alias.slice(prefix.length)),
    tlsKey: (alias) => keystore.tlsKey(own(alias)),
    outside: {
      certify: (request, spki) =>
        keystore.certify({ ...request, packageInfo: packageIdentity(app) }, spki),
      admit: (key, digest) => keystore.admit(key, digest),
    },
  };
}

/** The keys of an iOS app. */
export function appleAppKeys(keystore: AppleKeystore): AppKeys {
  return {
    levels: ['secure-enclave', 'software'],
    appAttest: keystore.appAttest,
    outside: null,
    generate: ({ level, alias, algorithm }) => {
      if (level === 'strongbox' || level === 'tee') throw new RangeError(`iOS has no ${level}`);
      return keystore.generate({ alias, algorithm, level });
    },
    sign: (alias, data) => keystore.sign(alias, data),
    exportPrivate: (alias) => keystore.exportPrivate(alias),
    publicKey: (alias) => keystore.publicKey(alias),
    delete: (alias) => {
      keystore.delete(alias);
    },
    aliases: () => keystore.aliases(),
    tlsKey: (alias) => keystore.tlsKey(alias),
  };
}

function packageIdentity(app: AndroidPackage): PackageIdentity {
  return {
    packageName: app.packageName,
    versionCode: app.versionCode,
    signerDigests: app.signerDigests.map((digest) => fromHex(digest) ?? new Uint8Array()),
  };
}
