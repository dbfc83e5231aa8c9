import type { PlayErrorName } from './play-errors.js';

/** Errors that befall a phone rather than a request, as faults. */
export const PLAY_FAULTS = {
  'play-api-not-available':
    'Play Integrity is not there: an old Play Store, or none for this region',
  'play-store-not-found': 'the Play Store is missing or not the official one',
  'play-network-error': 'Play finds no network, for the moment',
  'play-account-not-found': 'classic requests: nobody is signed in to Play',
  'play-app-not-installed': 'Play does not find the app that asks, which is a sign of an attack',
  'play-services-not-found': 'the Play services are missing or too old',
  'play-app-uid-mismatch': 'the app that asks has another user id than Play expects',
  'play-too-many-requests': 'the app asks Play more often than it may, for the moment',
  'play-cannot-bind': 'binding to the Play Store’s service fails',
  'play-server-unavailable': 'Google’s server does not answer, for the moment',
  'play-store-outdated': 'the Play Store must be updated first',
  'play-services-outdated': 'the Play services must be updated first',
  'play-cloud-project-invalid': 'the app names a cloud project that is none',
  'play-client-transient': 'Play fails for the moment and does not say why',
  'play-provider-invalid': 'standard requests: what was warmed up has expired; warm up again',
  'play-internal-error': 'Play fails internally, which another try can pass',
} as const satisfies Partial<Record<`play-${PlayErrorName}`, string>>;

/** The name of a fault of Play. */
export type PlayFaultName = keyof typeof PLAY_FAULTS;
