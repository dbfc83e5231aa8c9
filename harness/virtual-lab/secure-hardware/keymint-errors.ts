import { KeystoreException } from './secure-hardware.js';

interface KeyMintError {
  /** KeyMint's error (negative) or keystore2's response code (positive). */
  readonly raw: number;
  /** What `KeyStoreException.getNumericErrorCode()` makes of it. */
  readonly public: number;
  readonly transient: boolean;
}

/**
 * The failures that the model can raise, with the platform's own mapping from the internal code to
 * the public one (AOSP, android.security.KeyStoreException, `sErrorCodeToFailureInfo`).
 */
const KEYMINT_ERRORS = {
  unsupportedAlgorithm: { raw: -4, public: 12, transient: false },
  unsupportedKeySize: { raw: -6, public: 12, transient: false },
  incompatibleDigest: { raw: -13, public: 13, transient: false },
  invalidInputLength: { raw: -21, public: 13, transient: false },
  secureHardwareBusy: { raw: -48, public: 10, transient: true },
  hardwareTypeUnavailable: { raw: -68, public: 12, transient: false },
  locked: { raw: 2, public: 2, transient: false },
  keyNotFound: { raw: 7, public: 6, transient: false },
  outOfKeys: { raw: 22, public: 16, transient: false },
  outOfKeysUpgradeNeeded: { raw: 23, public: 17, transient: true },
  outOfKeysPendingConnectivity: { raw: 24, public: 16, transient: true },
  outOfKeysForNow: { raw: 25, public: 16, transient: true },
  outOfKeysForGood: { raw: 26, public: 16, transient: false },
} as const satisfies Record<string, KeyMintError>;

/** A failure by name. */
export type KeyMintErrorName = keyof typeof KEYMINT_ERRORS;

/**
 * What `generateKeyPair()` throws. AOSP turns one code alone into StrongBoxUnavailableException;
 * every other failure of KeyMint is a plain ProviderException.
 */
export function generationFailure(name: KeyMintErrorName): KeystoreException {
  return name === 'hardwareTypeUnavailable'
    ? // The platform's own message, its grammar included.
      failure('StrongBoxUnavailableException', 'Failed to generated key pair.', name)
    : failure('ProviderException', 'Failed to generate key pair.', name);
}

/** How remote provisioning ended that was to refill the pool of attestation keys. */
export type RefillStatus =
  'temporarily-unavailable' | 'pending-connectivity' | 'server-refused' | 'upgrade-needed';

const REFILL_ERRORS = {
  'temporarily-unavailable': 'outOfKeysForNow',
  'pending-connectivity': 'outOfKeysPendingConnectivity',
  'server-refused': 'outOfKeysForGood',
  'upgrade-needed': 'outOfKeysUpgradeNeeded',
} as const satisfies Record<RefillStatus, KeyMintErrorName>;

/** ResponseCode: "Starting with API 34, more detailed errors have been included". */
const DETAILED_FROM_API = 34;

/** What `generateKeyPair()` throws when no attestation key is left and none can be fetched. */
export function provisioningFailure(status: RefillStatus, apiLevel: number): KeystoreException {
  if (apiLevel >= DETAILED_FROM_API) return generationFailure(REFILL_ERRORS[status]);
  const { raw, public: publicCode } = KEYMINT_ERRORS.outOfKeys;
  return new KeystoreException({
    className: 'ProviderException',
    message: withCodes('Failed to provision new attestation keys.', { raw, public: publicCode }),
    publicCode,
    rawCode: raw,
    // KeyStoreException.isTransientFailure() looks at the refill's status for this code.
    transient: status !== 'server-refused',
  });
}

/** What using a key throws. */
export function useFailure(name: KeyMintErrorName): KeystoreException {
  if (name !== 'locked') return failure('InvalidKeyException', 'Keystore operation failed', name);
  // AOSP, KeyStoreCryptoOperationUtils: an exception of its own, made without cause or code.
  return new KeystoreException({
    className: 'UserNotAuthenticatedException',
    message: 'User not authenticated',
    publicCode: null,
    rawCode: null,
    transient: false,
  });
}

/** What reading a key that is not there, or not readable, comes to. */
export function keyAbsent(alias: string): KeystoreException {
  return failure('UnrecoverableKeyException', `no key under the alias ${alias}`, 'keyNotFound');
}

/** `PrivateKey.getEncoded()` of a keystore key is null: there is nothing to hand out. */
export function notExportable(alias: string): KeystoreException {
  return new KeystoreException({
    className: 'InvalidKeyException',
    message: `the private key ${alias} has no encoded form: getEncoded() is null`,
    publicCode: null,
    rawCode: null,
    transient: false,
  });
}

function failure(className: string, message: string, name: KeyMintErrorName): KeystoreException {
  const error = KEYMINT_ERRORS[name];
  return new KeystoreException({
    className,
    message: withCodes(message, error),
    publicCode: error.public,
    rawCode: error.raw,
    transient: error.transient,
  });
}

// The wording of KeyStoreException.toString(), which alone shows the internal code.
function withCodes(message: string, codes: Pick<KeyMintError, 'raw' | 'public'>): string {
  return `${message} (public error code: ${codes.public} internal Keystore code: ${codes.raw})`;
}
