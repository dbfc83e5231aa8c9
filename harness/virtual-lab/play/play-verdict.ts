import { fromHex, toBase64url } from '../../encoding/bytes.js';
import type { AndroidPackage } from '../app-package.js';
import type { AndroidPhoneSpec } from '../phone-spec.js';

/** What an app asks a verdict for. */
export type PlayRequest =
  | { readonly kind: 'classic'; readonly nonce: string }
  | { readonly kind: 'standard'; readonly requestHash: string };

/** A verdict as Google writes it, before it is sealed. */
export interface PlayVerdict {
  readonly requestDetails: object;
  readonly appIntegrity: object;
  readonly deviceIntegrity: object;
  readonly accountDetails: object;
  readonly environmentDetails: object;
  readonly testingDetails?: object;
}

/** Whom a verdict is about, and when. */
export interface PlaySubject {
  readonly device: AndroidPhoneSpec;
  readonly app: AndroidPackage;
  readonly request: PlayRequest;
  readonly now: Date;
  readonly isLeakedKeyboxRevoked: boolean;
}

type Label = 'MEETS_BASIC_INTEGRITY' | 'MEETS_DEVICE_INTEGRITY' | 'MEETS_STRONG_INTEGRITY';

const YEAR_MS = 365 * 86_400_000;
const HARDWARE_BACKED_SINCE = 33;
const ALL_LABELS = [
  'MEETS_BASIC_INTEGRITY',
  'MEETS_DEVICE_INTEGRITY',
  'MEETS_STRONG_INTEGRITY',
] as const;

/** What Google says of an app on a phone, by its rules since May 2025 for Android 13 and later. */
export function playVerdict(subject: PlaySubject): PlayVerdict {
  const { device, app, request, now } = subject;
  const { play } = device;
  const labels = deviceLabels(subject);
  const isTrusted = labels.includes('MEETS_DEVICE_INTEGRITY');
  const isFromPlay = play.scripted || play.appsFrom === 'play';
  // Signals beyond the labels are for phones that meet the bar, and for apps that came from Play.
  const isSignalled = isTrusted && isFromPlay;
  return {
    requestDetails: {
      requestPackageName: app.packageName,
      ...(request.kind === 'classic'
        ? { nonce: request.nonce }
        : { requestHash: request.requestHash }),
      timestampMillis: String(now.getTime()),
    },
    appIntegrity: isTrusted
      ? {
          appRecognitionVerdict: isFromPlay ? 'PLAY_RECOGNIZED' : 'UNRECOGNIZED_VERSION',
          packageName: app.packageName,
          certificateSha256Digest: app.signerDigests.map((digest) =>
            toBase64url(fromHex(digest) ?? new Uint8Array()),
          ),
          versionCode: String(app.versionCode),
        }
      : { appRecognitionVerdict: 'UNEVALUATED' },
    deviceIntegrity: {
      ...(labels.length === 0 ? {} : { deviceRecognitionVerdict: labels }),
      recentDeviceActivity: {
        deviceActivityLevel: isSignalled ? play.activityLevel : 'UNEVALUATED',
      },
      ...(labels.length === 0 ? {} : { deviceAttributes: { sdkVersion: device.apiLevel } }),
      ...(isSignalled ? { deviceRecall: recall(play.recallBits) } : {}),
    },
    accountDetails: {
      appLicensingVerdict: isTrusted ? (isFromPlay ? 'LICENSED' : 'UNLICENSED') : 'UNEVALUATED',
    },
    environmentDetails: {
      playProtectVerdict: isSignalled ? play.playProtect : 'UNEVALUATED',
      appAccessRiskVerdict: isSignalled ? { appsDetected: play.appsDetected } : {},
    },
    ...(play.scripted ? { testingDetails: { isTestingResponse: true } } : {}),
  };
}

/** What a token still says once it was decoded: what it was asked for, and no verdict. */
export function clearedVerdict(verdict: PlayVerdict): PlayVerdict {
  return {
    requestDetails: verdict.requestDetails,
    appIntegrity: { appRecognitionVerdict: 'UNEVALUATED' },
    deviceIntegrity: {},
    accountDetails: { appLicensingVerdict: 'UNEVALUATED' },
    environmentDetails: {},
    ...(verdict.testingDetails === undefined ? {} : { testingDetails: verdict.testingDetails }),
  };
}

function deviceLabels({ device, now, isLeakedKeyboxRevoked }: PlaySubject): readonly Label[] {
  // Whoever scripts answers in the Play Console scripts good ones.
  if (device.play.scripted) return ALL_LABELS;
  if (!device.hardware.tee) return [];
  if (device.spoof !== undefined) {
    // Assumption: a leaked keybox earns what a verified boot earns and no more, and leaves nothing
    // once it is revoked. Google publishes neither.
    return isLeakedKeyboxRevoked ? [] : ALL_LABELS.slice(0, 2);
  }
  const isVerified = device.locked && device.bootState === 'verified';
  if (!isVerified) return ['MEETS_BASIC_INTEGRITY'];
  const isRecent = now.getTime() - Date.parse(device.securityPatch) < YEAR_MS;
  const isStrong = device.apiLevel < HARDWARE_BACKED_SINCE || isRecent;
  return isStrong ? ALL_LABELS : ALL_LABELS.slice(0, 2);
}

function recall(bits: AndroidPhoneSpec['play']['recallBits']): object {
  const month = 202601;
  const dated = bits.map((bit) => [bit.replace('bit', 'yyyymm'), month] as const);
  return {
    values: {
      bitFirst: bits.includes('bitFirst'),
      bitSecond: bits.includes('bitSecond'),
      bitThird: bits.includes('bitThird'),
    },
    writeDates: Object.fromEntries(dated),
  };
}
