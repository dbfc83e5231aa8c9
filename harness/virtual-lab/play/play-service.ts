import type { AndroidPackage } from '../app-package.js';
import type { FaultSwitches } from '../faults.js';
import type { AndroidPhoneSpec } from '../phone-spec.js';
import { playError, playFault } from './play-errors.js';
import type { PlayVendor } from './play-vendor.js';
import { playVerdict, type PlayRequest } from './play-verdict.js';

/** Play Integrity as one running app sees it. Failures are KeystoreException. */
export interface PlayService {
  /** A compact token, opaque to the app. */
  request(request: PlayRequest): Promise<string>;
}

/** What Play needs of its phone. */
export interface PlayServiceOptions {
  readonly vendor: PlayVendor;
  readonly device: AndroidPhoneSpec;
  readonly app: AndroidPackage;
  readonly faults: FaultSwitches;
  readonly pause: (ms: number) => Promise<void>;
}

// Orders of magnitude of Google's own words: "a few hundred milliseconds", "a few seconds".
const WARM_UP_MS = 2_000;
const STANDARD_MS = 300;
const CLASSIC_MS = 2_500;

const SHORTEST_NONCE = 16;
const LONGEST_NONCE = 500;
const LONGEST_REQUEST_HASH = 500;

/** Whether a phone has Play: an image for emulators, which has no TEE either, comes without. */
export function hasPlay({ play, hardware }: AndroidPhoneSpec): boolean {
  return play.present ?? hardware.tee;
}

/** Play Integrity for an app that was just started, and has warmed nothing up yet. */
export function createPlayService(options: PlayServiceOptions): PlayService {
  const { vendor, device, app, faults, pause } = options;
  let isWarm = false;

  const reachGoogle = (kind: PlayRequest['kind']): void => {
    if (!hasPlay(device)) throw playError(kind, 'store-not-found');
    const fault = playFault(kind, (name) => faults.strikes(name));
    if (fault !== null) {
      isWarm = false;
      throw fault;
    }
    if (faults.strikes('no-network')) throw playError(kind, 'network-error');
  };

  return {
    async request(request) {
      refuseArguments(request);
      reachGoogle(request.kind);
      await pause(request.kind === 'classic' ? CLASSIC_MS : STANDARD_MS);
      if (request.kind === 'standard' && !isWarm) {
        await pause(WARM_UP_MS);
        isWarm = true;
      }
      const { isLeakedKeyboxRevoked } = vendor;
      const verdict = playVerdict({
        ...{ device, app, request, isLeakedKeyboxRevoked },
        now: vendor.now(),
      });
      return request.kind === 'classic'
        ? vendor.classicToken(verdict)
        : vendor.standardToken(verdict);
    },
  };
}

function refuseArguments(request: PlayRequest): void {
  if (request.kind === 'standard') {
    if (request.requestHash.length <= LONGEST_REQUEST_HASH) return;
    throw playError('standard', 'request-hash-too-long');
  }
  const { nonce } = request;
  if (nonce.length < SHORTEST_NONCE) throw playError('classic', 'nonce-too-short');
  if (nonce.length > LONGEST_NONCE) throw playError('classic', 'nonce-too-long');
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(nonce)) throw playError('classic', 'nonce-not-base64');
}
