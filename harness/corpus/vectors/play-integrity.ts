import { toBase64url } from '../../encoding/bytes.js';
import { playIntegrityPayload, playIntegrityToken } from '../../evidence/play-integrity/index.js';
import { FORMATS, LAB, type CheckId, type PlayIntegrityExpected } from '../../verifier/index.js';
import { NOW } from '../minting/certificate.js';
import { encrypted, mintToken, PLAY_KEYS } from '../minting/play-integrity.js';
import { testDigest } from '../minting/test-key.js';
import {
  allBut,
  draftsFor,
  lab,
  trustWith,
  type VectorDraft,
  type VectorFileDraft,
} from './draft.js';

type Draft = VectorDraft<'play-integrity'>;

const NONCE = toBase64url(testDigest('play nonce'));
const DIGEST = toBase64url(testDigest('app signer'));
const PACKAGE = 'com.example.probe';
const GOOD: PlayIntegrityExpected = {
  nonce: NONCE,
  packageNames: [PACKAGE],
  certificateDigests: [DIGEST],
};

const REQUEST = {
  requestPackageName: PACKAGE,
  nonce: NONCE,
  timestampMillis: String(NOW.getTime() - 5000),
};
const APP = {
  appRecognitionVerdict: 'PLAY_RECOGNIZED',
  packageName: PACKAGE,
  certificateSha256Digest: [DIGEST],
  versionCode: '7',
};
const DEVICE = {
  deviceRecognitionVerdict: ['MEETS_BASIC_INTEGRITY', 'MEETS_DEVICE_INTEGRITY'],
  recentDeviceActivity: { deviceActivityLevel: 'LEVEL_2' },
  deviceAttributes: { sdkVersion: 36 },
  deviceRecall: {
    values: { bitFirst: false, bitSecond: false, bitThird: true },
    writeDates: { yyyymmThird: 202511 },
  },
};
const ENVIRONMENT = {
  playProtectVerdict: 'NO_ISSUES',
  appAccessRiskVerdict: { appsDetected: ['KNOWN_INSTALLED'] },
};
const VERDICT = {
  requestDetails: REQUEST,
  appIntegrity: APP,
  deviceIntegrity: DEVICE,
  accountDetails: { appLicensingVerdict: 'LICENSED' },
  environmentDetails: ENVIRONMENT,
};

const drafts = draftsFor<'play-integrity'>({
  evidence: playIntegrityToken(mintToken(JSON.stringify(VERDICT))),
  expected: GOOD,
});

function verdict(changes: object) {
  return { evidence: playIntegrityToken(mintToken(JSON.stringify({ ...VERDICT, ...changes }))) };
}

// A standard verdict binds a request hash in the place of the nonce.
function standard(requestHash: unknown) {
  const { nonce, ...rest } = REQUEST;
  const text = JSON.stringify({ ...VERDICT, requestDetails: { ...rest, requestHash } });
  const { packageNames, certificateDigests } = GOOD;
  return {
    evidence: playIntegrityPayload(text),
    expected: { requestHash: nonce, packageNames, certificateDigests } as PlayIntegrityExpected,
  };
}

const passing: readonly Draft[] = [
  drafts.passing('classic', {
    description: 'a classic token with every verdict, where policy asks for all of them',
    checks: allBut(
      FORMATS['play-integrity'].checks.map(({ id }) => id),
      ['play-integrity/request-hash-matches'],
    ),
    policy: 'everything',
  }),
  drafts.passing('standard', {
    description: 'the payload of a standard verdict, as Google’s server decoded it',
    checks: ['play-integrity/request-hash-matches'],
    ...standard(NONCE),
  }),
];

const requestFailures: readonly Draft[] = [
  drafts.soleFailure('play-integrity/token-decrypts', {
    ...{ slug: 'other-key', description: 'the token is encrypted for another app' },
    evidence: playIntegrityToken(
      mintToken(JSON.stringify(VERDICT), { decryption: PLAY_KEYS.otherDecryption }),
    ),
  }),
  drafts.soleFailure('play-integrity/signature-verifies', {
    ...{ slug: 'other-key', description: 'another key than Google’s signed the verdict' },
    evidence: playIntegrityToken(
      mintToken(JSON.stringify(VERDICT), { signing: PLAY_KEYS.otherSigning }),
    ),
  }),
  drafts.soleFailure('play-integrity/payload-well-formed', {
    ...{ slug: 'member-twice', description: 'the verdict on the phone comes twice' },
    evidence: playIntegrityToken(
      mintToken(JSON.stringify(VERDICT).replace('{', '{"deviceIntegrity":{},')),
    ),
  }),
  drafts.soleFailure('play-integrity/request-compared', {
    ...{ slug: 'nothing-expected', description: 'neither nonce nor request hash is expected' },
    expected: { packageNames: [PACKAGE], certificateDigests: [DIGEST] },
  }),
  drafts.soleFailure('play-integrity/nonce-matches', {
    ...{ slug: 'one-character', description: 'the nonce differs in its first character' },
    expected: { ...GOOD, nonce: `_${NONCE.slice(1)}` },
  }),
  drafts.soleFailure('play-integrity/request-hash-matches', {
    ...{ slug: 'other-request', description: 'the verdict is about another request' },
    ...standard(DIGEST),
  }),
  drafts.soleFailure('play-integrity/package-matches', {
    ...{ slug: 'other-package', description: 'another app asked for the verdict' },
    ...verdict({ requestDetails: { ...REQUEST, requestPackageName: 'com.example.other' } }),
  }),
  drafts.soleFailure('play-integrity/timestamp-not-stale', {
    ...{ slug: 'a-millisecond-late', description: 'the verdict is 600.001 s old, policy says 600' },
    now: new Date(NOW.getTime() - 5000 + 600_001),
  }),
  drafts.soleFailure('play-integrity/timestamp-not-ahead', {
    ...{
      slug: 'a-millisecond-early',
      description: 'the verdict is of in 30.001 s, policy says 30',
    },
    now: new Date(NOW.getTime() - 5000 - 30_001),
  }),
  drafts.soleFailure('play-integrity/not-a-testing-response', {
    ...{ slug: 'scripted', description: 'the answer was scripted in the Play Console' },
    ...verdict({ testingDetails: { isTestingResponse: true } }),
  }),
];

const verdictFailures: readonly Draft[] = [
  drafts.soleFailure('play-integrity/app-recognized', {
    ...{ slug: 'other-version', description: 'the app is none that Play distributes' },
    ...verdict({ appIntegrity: { ...APP, appRecognitionVerdict: 'UNRECOGNIZED_VERSION' } }),
  }),
  drafts.soleFailure('play-integrity/signer-matches', {
    ...{ slug: 'second-signer', description: 'a second signer beside ours' },
    ...verdict({ appIntegrity: { ...APP, certificateSha256Digest: [DIGEST, NONCE] } }),
  }),
  drafts.soleFailure('play-integrity/device-integrity-met', {
    ...{ slug: 'no-label', description: 'no label for the phone, as for a rooted one' },
    ...verdict({ deviceIntegrity: {} }),
  }),
  drafts.soleFailure('play-integrity/version-sufficient', {
    ...{ slug: 'one-less', description: 'the app is one release older than policy asks for' },
    ...verdict({ appIntegrity: { ...APP, versionCode: '6' } }),
    policy: 'everything',
  }),
  drafts.soleFailure('play-integrity/sdk-version-sufficient', {
    ...{ slug: 'one-less', description: 'the system is one API level below what policy asks for' },
    ...verdict({ deviceIntegrity: { ...DEVICE, deviceAttributes: { sdkVersion: 32 } } }),
    policy: 'everything',
  }),
  drafts.soleFailure('play-integrity/recall-clear', {
    ...{ slug: 'first-bit', description: 'the backend set the first bit for this phone earlier' },
    ...verdict({
      deviceIntegrity: {
        ...DEVICE,
        deviceRecall: { values: { bitFirst: true, bitSecond: false, bitThird: false } },
      },
    }),
    policy: 'everything',
  }),
  drafts.soleFailure('play-integrity/app-licensed', {
    ...{ slug: 'unlicensed', description: 'the account did not get the app from Play' },
    ...verdict({ accountDetails: { appLicensingVerdict: 'UNLICENSED' } }),
    policy: 'everything',
  }),
  drafts.soleFailure('play-integrity/activity-plausible', {
    ...{ slug: 'level-4', description: 'the phone asked for more tokens than people’s do' },
    ...verdict({
      deviceIntegrity: { ...DEVICE, recentDeviceActivity: { deviceActivityLevel: 'LEVEL_4' } },
    }),
    policy: 'everything',
  }),
  drafts.soleFailure('play-integrity/app-access-allowed', {
    ...{ slug: 'capturing', description: 'an unknown app may capture the screen' },
    ...verdict({
      environmentDetails: {
        ...ENVIRONMENT,
        appAccessRiskVerdict: { appsDetected: ['UNKNOWN_CAPTURING'] },
      },
    }),
    policy: 'everything',
  }),
  drafts.soleFailure('play-integrity/play-protect-clean', {
    ...{ slug: 'high-risk', description: 'Play Protect found dangerous apps' },
    ...verdict({ environmentDetails: { ...ENVIRONMENT, playProtectVerdict: 'HIGH_RISK' } }),
    policy: 'everything',
  }),
];

const malformedEnvelopes: readonly Draft[] = [
  drafts.malformed('two-parts', {
    description: 'a token of two parts',
    checks: ['play-integrity/token-decrypts'],
    failed: ['play-integrity/token-decrypts'],
    evidence: playIntegrityToken('e30.e30'),
  }),
  drafts.malformed('no-signature-inside', {
    description: 'the token encrypts the verdict itself, which nobody signed',
    checks: ['play-integrity/signature-verifies'],
    failed: ['play-integrity/signature-verifies'],
    evidence: playIntegrityToken(encrypted(JSON.stringify(VERDICT))),
  }),
  drafts.malformed('cut-off', {
    description: 'the verdict ends early',
    checks: ['play-integrity/payload-well-formed', 'play-integrity/request-compared'],
    failed: ['play-integrity/payload-well-formed'],
    evidence: playIntegrityToken(mintToken(JSON.stringify(VERDICT).slice(0, -1))),
  }),
];

// Every field that a check reads, with a value of another type.
const malformedFields: readonly Draft[] = [
  wrong('nonce-number', ['nonce-matches'], { requestDetails: { ...REQUEST, nonce: 1 } }),
  wrong('package-number', ['package-matches'], {
    requestDetails: { ...REQUEST, requestPackageName: 1 },
  }),
  wrong('timestamp-words', ['timestamp-not-stale', 'timestamp-not-ahead'], {
    requestDetails: { ...REQUEST, timestampMillis: 'today' },
  }),
  wrong('testing-number', ['not-a-testing-response'], {
    testingDetails: { isTestingResponse: 0 },
  }),
  wrong('recognition-null', ['app-recognized'], {
    appIntegrity: { ...APP, appRecognitionVerdict: null },
  }),
  wrong('digest-text', ['signer-matches'], {
    appIntegrity: { ...APP, certificateSha256Digest: DIGEST },
  }),
  wrong('device-text', ['device-integrity-met'], {
    deviceIntegrity: { deviceRecognitionVerdict: 'MEETS_DEVICE_INTEGRITY' },
  }),
  wrong('version-words', ['version-sufficient'], {
    appIntegrity: { ...APP, versionCode: 'seven' },
  }),
  wrong('sdk-text', ['sdk-version-sufficient'], {
    deviceIntegrity: { ...DEVICE, deviceAttributes: { sdkVersion: '36' } },
  }),
  wrong('recall-number', ['recall-clear'], {
    deviceIntegrity: { ...DEVICE, deviceRecall: { values: { bitFirst: 0 } } },
  }),
  wrong('licensing-boolean', ['app-licensed'], {
    accountDetails: { appLicensingVerdict: true },
  }),
  wrong('activity-number', ['activity-plausible'], {
    deviceIntegrity: { ...DEVICE, recentDeviceActivity: { deviceActivityLevel: 2 } },
  }),
  wrong('apps-text', ['app-access-allowed'], {
    environmentDetails: { ...ENVIRONMENT, appAccessRiskVerdict: { appsDetected: '' } },
  }),
  wrong('protect-boolean', ['play-protect-clean'], {
    environmentDetails: { ...ENVIRONMENT, playProtectVerdict: true },
  }),
  drafts.malformed('field/request-hash-number', {
    description: 'a field of the verdict has a value of another type',
    checks: ['play-integrity/request-hash-matches'],
    failed: ['play-integrity/payload-well-formed'],
    ...standard(1),
  }),
];

type Name = CheckId extends infer Id ? (Id extends `play-integrity/${infer N}` ? N : never) : never;

function wrong(slug: string, names: readonly Name[], changes: object): Draft {
  return drafts.malformed(`field/${slug}`, {
    description: 'a field of the verdict has a value of another type',
    checks: names.map((name): CheckId => `play-integrity/${name}`),
    failed: ['play-integrity/payload-well-formed'],
    ...verdict(changes),
    policy: 'everything',
  });
}

/** The vectors of Play Integrity verdicts. */
export function playIntegrityVectors(): VectorFileDraft<'play-integrity'> {
  const everything = lab('everything', {
    playIntegrity: {
      ...LAB.playIntegrity,
      ...{ licensing: 'required', highestActivityLevel: 3 },
      ...{ minimumVersionCode: 7, minimumSdkVersion: 33 },
      refusedRecallBits: ['bitFirst', 'bitSecond'],
      ...{ refusedAppAccess: ['UNKNOWN_CAPTURING'], allowedPlayProtect: ['NO_ISSUES'] },
    },
  });
  return {
    format: 'play-integrity',
    description: 'Play Integrity verdicts: classic tokens, and payloads that Google decoded',
    policies: { lab: LAB, everything },
    trust: {
      trusted: trustWith({
        playIntegrityKeys: {
          decryptionKey: toBase64url(PLAY_KEYS.decryption),
          verificationKey: toBase64url(PLAY_KEYS.signing.spki),
        },
      }),
    },
    vectors: [
      ...passing,
      ...requestFailures,
      ...verdictFailures,
      ...malformedEnvelopes,
      ...malformedFields,
    ],
  };
}
