import { KeystoreException } from './secure-hardware.js';

/** Statuses of Security.framework that the model can answer (SecBase.h). */
const OS_STATUS = {
  unimplemented: -4,
  param: -50,
  notAvailable: -25291,
  authFailed: -25293,
  itemNotFound: -25300,
  interactionNotAllowed: -25308,
} as const;

/** A status by name. */
export type OsStatusName = keyof typeof OS_STATUS;

/** What SecKey and SecItem functions fail with: an NSError whose code is the OSStatus. */
export function osStatus(name: OsStatusName, message: string): KeystoreException {
  const code = OS_STATUS[name];
  return new KeystoreException({
    className: 'NSOSStatusErrorDomain',
    message: `${message} (OSStatus ${code})`,
    publicCode: code,
    rawCode: code,
    // The data-protection keychain opens again when the owner unlocks the phone.
    transient: name === 'interactionNotAllowed',
  });
}

/** Codes of DCError. */
const DC_ERROR = {
  unknownSystemFailure: 0,
  featureUnsupported: 1,
  invalidInput: 2,
  invalidKey: 3,
  serverUnavailable: 4,
} as const;

/** A DCError by name. */
export type DcErrorName = keyof typeof DC_ERROR;

/** What DCAppAttestService fails with. */
export function dcError(name: DcErrorName, message: string): KeystoreException {
  return new KeystoreException({
    className: 'com.apple.devicecheck.error',
    message: `${name}: ${message}`,
    publicCode: DC_ERROR[name],
    rawCode: null,
    // Apple: on serverUnavailable try again with the same key, on any other error discard the key.
    transient: name === 'serverUnavailable',
  });
}
