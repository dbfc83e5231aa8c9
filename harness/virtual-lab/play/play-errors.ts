import { KeystoreException } from '../secure-hardware/index.js';
import { PLAY_FAULTS, type PlayFaultName } from './play-faults.js';

/** The two interfaces of Play Integrity; they share most numbers, and not the meaning of all. */
export type PlayApi = 'classic' | 'standard';

interface PlayError {
  /** Numbers by interface; null where it has no such error. */
  readonly classic: number | null;
  readonly standard: number | null;
  /** Whether Google advises to try again, later each time. */
  readonly transient: boolean;
}

// Google, Play Integrity API error codes. -17 is a moment's failure to one interface and a request
// hash that is too long to the other.
const PLAY_ERRORS = {
  'api-not-available': { classic: -1, standard: -1, transient: false },
  'store-not-found': { classic: -2, standard: -2, transient: false },
  'network-error': { classic: -3, standard: -3, transient: true },
  'account-not-found': { classic: -4, standard: null, transient: false },
  'app-not-installed': { classic: -5, standard: -5, transient: false },
  'services-not-found': { classic: -6, standard: -6, transient: false },
  'app-uid-mismatch': { classic: -7, standard: -7, transient: false },
  'too-many-requests': { classic: -8, standard: -8, transient: true },
  'cannot-bind': { classic: -9, standard: -9, transient: false },
  'nonce-too-short': { classic: -10, standard: null, transient: false },
  'nonce-too-long': { classic: -11, standard: null, transient: false },
  'server-unavailable': { classic: -12, standard: -12, transient: true },
  'nonce-not-base64': { classic: -13, standard: null, transient: false },
  'store-outdated': { classic: -14, standard: -14, transient: false },
  'services-outdated': { classic: -15, standard: -15, transient: false },
  'cloud-project-invalid': { classic: -16, standard: -16, transient: false },
  'client-transient': { classic: -17, standard: -18, transient: true },
  'request-hash-too-long': { classic: null, standard: -17, transient: false },
  'provider-invalid': { classic: null, standard: -19, transient: true },
  'internal-error': { classic: -100, standard: -100, transient: true },
} as const satisfies Record<string, PlayError>;

/** An error of Play Integrity by name. */
export type PlayErrorName = keyof typeof PLAY_ERRORS;

const FAULT_NAMES = Object.keys(PLAY_FAULTS) as readonly PlayFaultName[];

/** What the interface fails with under the first fault that strikes; null where none does. */
export function playFault(
  api: PlayApi,
  strikes: (fault: PlayFaultName) => boolean,
): KeystoreException | null {
  for (const fault of FAULT_NAMES) {
    const name = errorOf(fault);
    // A fault of the other interface is not used up by this one.
    if (PLAY_ERRORS[name][api] !== null && strikes(fault)) return playError(api, name);
  }
  return null;
}

/** What the interface fails with: its number as `publicCode`, and no other. */
export function playError(api: PlayApi, name: PlayErrorName): KeystoreException {
  const error: PlayError = PLAY_ERRORS[name];
  const code = error[api];
  if (code === null) throw new RangeError(`${api} requests know no ${name}`);
  return new KeystoreException({
    className: api === 'classic' ? 'IntegrityServiceException' : 'StandardIntegrityException',
    message: `${code}: ${name}`,
    publicCode: code,
    rawCode: null,
    transient: error.transient,
  });
}

function errorOf(fault: PlayFaultName): PlayErrorName {
  return fault.slice('play-'.length) as PlayErrorName;
}
