import type { KeyObject } from 'node:crypto';

/** Where a key can live, as the probe protocol names it. */
export type KeyLevel = 'strongbox' | 'tee' | 'secure-enclave' | 'software';

/** Levels that an Android app can ask for; `software` is a key in the app's own storage. */
export type AndroidKeyLevel = 'strongbox' | 'tee' | 'software';

/** Levels that an iOS app can ask for. */
export type AppleKeyLevel = 'secure-enclave' | 'software';

/** Key types that the probe asks for. */
export type KeyAlgorithm = 'ec-p256' | 'rsa-2048';

/** Digests that a key is made for; `none` signs what the caller has digested. */
export type KeyDigest = 'none' | 'sha256';

/** The app that asks for a key, as the system knows it. */
export interface PackageIdentity {
  readonly packageName: string;
  readonly versionCode: number;
  /** SHA-256 digests of the signing certificates. */
  readonly signerDigests: readonly Uint8Array[];
}

/** A key to be made on Android. */
export interface AndroidKeyRequest {
  readonly alias: string;
  readonly algorithm: KeyAlgorithm;
  readonly level: AndroidKeyLevel;
  readonly digests: readonly KeyDigest[];
  /** With it the key is attested; a software key never is. */
  readonly challenge?: Uint8Array;
  readonly packageInfo: PackageIdentity;
}

/** A key that is to be taken in, with a private half that is kept elsewhere. */
export type KeyToCertify = Omit<AndroidKeyRequest, 'alias'>;

/** A key that was made. */
export interface GeneratedKey<Level extends KeyLevel = KeyLevel> {
  /** Where it lives in truth, which need not be where it was asked for. */
  readonly level: Level;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** DER, leaf first; only where a challenge was given and the level attests. */
  readonly attestationChain?: readonly Uint8Array[];
}

/** One Android phone's keystore. Private keys of its hardware levels never leave it. */
export interface AndroidKeystore {
  generate(request: AndroidKeyRequest): Promise<GeneratedKey<AndroidKeyLevel>>;
  /** With digest `none`, `data` is the digest itself. ECDSA signatures are DER. */
  sign(alias: string, data: Uint8Array, digest: KeyDigest): Promise<Uint8Array>;
  /** PKCS#8, DER, of a software key; throws for any other. */
  exportPrivate(alias: string): Uint8Array;
  publicKey(alias: string): Uint8Array;
  delete(alias: string): void;
  aliases(): readonly string[];
  /** For the phone's own TLS sockets; throws where the key was not made for digest `none`. */
  tlsKey(alias: string): KeyObject;
  /** Takes in and attests a key that platform code in another process has made, and keeps. */
  certify(request: KeyToCertify, spki: Uint8Array): Promise<GeneratedKey<AndroidKeyLevel>>;
  /** Lets such a key be used with a digest, once. */
  admit(key: CertifiedKey, digest: KeyDigest): Promise<void>;
}

/** What decides whether a key that was taken in may be used. */
export interface CertifiedKey {
  readonly level: AndroidKeyLevel;
  readonly digests: readonly KeyDigest[];
}

/** A key to be made on iOS. */
export interface AppleKeyRequest {
  readonly alias: string;
  readonly algorithm: KeyAlgorithm;
  readonly level: AppleKeyLevel;
}

/** One iPhone's keychain with its Secure Enclave. */
export interface AppleKeystore {
  generate(request: AppleKeyRequest): Promise<GeneratedKey<AppleKeyLevel>>;
  /** ECDSA with SHA-256, DER. */
  sign(alias: string, data: Uint8Array): Promise<Uint8Array>;
  exportPrivate(alias: string): Uint8Array;
  publicKey(alias: string): Uint8Array;
  delete(alias: string): void;
  aliases(): readonly string[];
  tlsKey(alias: string): KeyObject;
  readonly appAttest: AppAttestService;
}

/** DCAppAttestService of one app on one iPhone; a reinstall makes a new one. */
export interface AppAttestService {
  readonly supported: boolean;
  /** SHA-256 of the key's 65-byte point. */
  generateKey(): Promise<Uint8Array>;
  attest(keyId: Uint8Array, clientDataHash: Uint8Array): Promise<Uint8Array>;
  assert(keyId: Uint8Array, clientDataHash: Uint8Array): Promise<Uint8Array>;
}

/** What a vendor's failure says. */
export interface KeystoreFailure {
  /** Simple name of the exception class, or `NSError` with the domain. */
  readonly className: string;
  readonly message: string;
  /** Android: `KeyStoreException.getNumericErrorCode()`; iOS: code of the NSError. */
  readonly publicCode: number | null;
  /** Android: the internal Keystore code that only `toString()` shows; iOS: the OSStatus. */
  readonly rawCode: number | null;
  /** Whether the same call can succeed later. */
  readonly transient: boolean;
}

/** A refusal of the secure hardware or of its vendor's software, with the vendor's own codes. */
export class KeystoreException extends Error implements KeystoreFailure {
  readonly className: string;
  readonly publicCode: number | null;
  readonly rawCode: number | null;
  readonly transient: boolean;

  constructor(failure: KeystoreFailure) {
    super(failure.message);
    this.name = 'KeystoreException';
    this.className = failure.className;
    this.publicCode = failure.publicCode;
    this.rawCode = failure.rawCode;
    this.transient = failure.transient;
  }
}
