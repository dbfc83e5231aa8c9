import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { encryptCompact, signCompact } from '../../encoding/compact-token.js';
import {
  playIntegrityPayload,
  playIntegrityToken,
  type PlayIntegrityEvidence,
} from '../../evidence/play-integrity/index.js';
import type { PlayIntegrityExpected } from '../expected.js';
import type { PlayIntegrityPolicy } from '../policy.js';
import { failing, withStatus } from '../result.js';
import { emptyTrust, testPolicy } from '../testing/test-appraisal.js';
import { playIntegrity } from './index.js';

const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const decryptionKey = new Uint8Array(randomBytes(32));
const trust = {
  ...emptyTrust,
  playIntegrityKeys: { decryptionKey, verificationKey: signer.publicKey },
};
const now = new Date('2026-06-01T10:00:00Z');
const NONCE = 'lmKgkFm8KTR-3OaXHq5Na2jhwryFRN1UmfW0-zBwnyk';
const DIGEST = 'IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI';

const request = {
  requestPackageName: 'test.attestlab.probe',
  nonce: NONCE,
  timestampMillis: String(now.getTime() - 5000),
};
const app = {
  appRecognitionVerdict: 'PLAY_RECOGNIZED',
  packageName: 'test.attestlab.probe',
  certificateSha256Digest: [DIGEST],
  versionCode: '7',
};
const payload = {
  requestDetails: request,
  appIntegrity: app,
  deviceIntegrity: {
    deviceRecognitionVerdict: ['MEETS_BASIC_INTEGRITY', 'MEETS_DEVICE_INTEGRITY'],
  },
  accountDetails: { appLicensingVerdict: 'LICENSED' },
};
const expected: PlayIntegrityExpected = {
  nonce: NONCE,
  packageNames: ['test.attestlab.probe'],
  certificateDigests: [DIGEST],
};

interface Setting {
  readonly expected?: PlayIntegrityExpected;
  readonly policy?: Partial<PlayIntegrityPolicy>;
  readonly now?: Date;
}

function appraise(evidence: PlayIntegrityEvidence, setting: Setting = {}) {
  const policy = testPolicy();
  return playIntegrity.run({
    evidence,
    expected: setting.expected ?? expected,
    policy: { ...policy, playIntegrity: { ...policy.playIntegrity, ...setting.policy } },
    trust,
    now: setting.now ?? now,
    memo: null,
  });
}

function token(text: string): PlayIntegrityEvidence {
  const inner = signCompact(utf8(text), { key: signer.privateKey });
  return playIntegrityToken(encryptCompact(utf8(inner), { key: decryptionKey }));
}

function failingOf(changes: object, setting: Setting = {}) {
  return failing(appraise(token(JSON.stringify({ ...payload, ...changes })), setting));
}

const device = (changes: object) => ({
  deviceIntegrity: { ...payload.deviceIntegrity, ...changes },
});

describe('a verdict of Play Integrity', () => {
  it('passes as a classic token and shows what Google wrote', () => {
    const result = appraise(token(JSON.stringify(payload)));
    expect(failing(result)).toEqual([]);
    expect(withStatus(result, 'not-applicable')).toEqual([
      'play-integrity/request-hash-matches',
      'play-integrity/version-sufficient',
      'play-integrity/sdk-version-sufficient',
      'play-integrity/recall-clear',
      'play-integrity/app-licensed',
      'play-integrity/activity-plausible',
      'play-integrity/app-access-allowed',
      'play-integrity/play-protect-clean',
    ]);
    expect(result.claims).toEqual({ keyProtection: 'none', payload });
  });

  it('passes as a payload that Google decoded, with a request hash', () => {
    const { nonce, ...rest } = request;
    const standard = { ...payload, requestDetails: { ...rest, requestHash: nonce } };
    const result = appraise(playIntegrityPayload(JSON.stringify(standard)), {
      expected: {
        packageNames: ['test.attestlab.probe'],
        certificateDigests: [DIGEST],
        requestHash: nonce,
      },
    });
    expect(failing(result)).toEqual([]);
    expect(withStatus(result, 'not-applicable')).toEqual(
      expect.arrayContaining([
        'play-integrity/token-decrypts',
        'play-integrity/signature-verifies',
        'play-integrity/nonce-matches',
      ]),
    );
  });

  it('passes with members and labels that nobody knows yet', () => {
    const deviceIntegrity = {
      deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY', 'MEETS_NEW_INTEGRITY'],
      somethingNew: { a: 1 },
    };
    expect(failingOf({ deviceIntegrity, alsoNew: [] })).toEqual([]);
  });

  it('passes with a timestamp as a number, as older pages show it', () => {
    const timestampMillis = now.getTime();
    expect(failingOf({ requestDetails: { ...request, timestampMillis } })).toEqual([]);
  });

  it('is undecided without keys to open it', () => {
    const result = playIntegrity.run({
      evidence: token(JSON.stringify(payload)),
      expected,
      policy: testPolicy(),
      trust: emptyTrust,
      now,
      memo: null,
    });
    expect(withStatus(result, 'undetermined')).toEqual(['play-integrity/token-decrypts']);
    expect(withStatus(result, 'blocked')).toHaveLength(playIntegrity.checks.length - 1);
  });
});

describe('each check of a verdict fails alone', () => {
  it('token-decrypts, for a token of another app', () => {
    const inner = signCompact(utf8(JSON.stringify(payload)), { key: signer.privateKey });
    const other = encryptCompact(utf8(inner), { key: new Uint8Array(32) });
    const result = appraise(playIntegrityToken(other));
    expect(failing(result)).toEqual(['play-integrity/token-decrypts']);
    expect(withStatus(result, 'blocked')).toHaveLength(playIntegrity.checks.length - 1);
  });

  it('signature-verifies, for a verdict that somebody else signed', () => {
    const forger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const inner = signCompact(utf8(JSON.stringify(payload)), { key: forger.privateKey });
    const forged = encryptCompact(utf8(inner), { key: decryptionKey });
    expect(failing(appraise(playIntegrityToken(forged)))).toEqual([
      'play-integrity/signature-verifies',
    ]);
  });

  it.each([
    ['nonce-matches', { requestDetails: { ...request, nonce: `${NONCE}=` } }],
    ['nonce-matches', { requestDetails: { ...request, nonce: undefined } }],
    ['package-matches', { requestDetails: { ...request, requestPackageName: 'test.other' } }],
    ['package-matches', { appIntegrity: { ...app, packageName: 'test.other' } }],
    ['not-a-testing-response', { testingDetails: { isTestingResponse: true } }],
    ['not-a-testing-response', { testingDetails: {} }],
    ['app-recognized', { appIntegrity: { ...app, appRecognitionVerdict: 'UNEVALUATED' } }],
    ['signer-matches', { appIntegrity: { ...app, certificateSha256Digest: [] } }],
    ['signer-matches', { appIntegrity: { ...app, certificateSha256Digest: [DIGEST, 'x'] } }],
    ['device-integrity-met', { deviceIntegrity: {} }],
    ['device-integrity-met', { deviceIntegrity: undefined }],
    [
      'device-integrity-met',
      { deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_VIRTUAL_INTEGRITY'] } },
    ],
  ])('%s, for %j', (id, changes) => {
    expect(failingOf(changes)).toEqual([`play-integrity/${id}`]);
  });

  it('request-hash-matches, for another request', () => {
    expect(failingOf({}, { expected: { requestHash: NONCE } })).toEqual([
      'play-integrity/request-hash-matches',
    ]);
  });

  it('request-compared does not apply, and so never passes, where nothing was expected', () => {
    const result = appraise(token(JSON.stringify(payload)), { expected: {} });
    expect(withStatus(result, 'not-applicable')).toContain('play-integrity/request-compared');
  });

  it.each([
    [595_000, []],
    [595_001, ['play-integrity/timestamp-not-stale']],
    [-35_000, []],
    [-35_001, ['play-integrity/timestamp-not-ahead']],
  ])('the timestamp, %i ms later', (offsetMs, ids) => {
    expect(failingOf({}, { now: new Date(now.getTime() + offsetMs) })).toEqual(ids);
  });

  const level = (deviceActivityLevel?: string) => ({
    deviceIntegrity: {
      ...payload.deviceIntegrity,
      recentDeviceActivity: { deviceActivityLevel },
    },
  });
  const sdk = (sdkVersion?: number) => device({ deviceAttributes: { sdkVersion } });
  const recall = (values?: object) => device({ deviceRecall: { values } });
  const version = (versionCode?: string | number) => ({ appIntegrity: { ...app, versionCode } });
  const marked = { bitFirst: true, bitSecond: false, bitThird: false };
  const apps = (...appsDetected: readonly string[]) => ({
    environmentDetails: { appAccessRiskVerdict: { appsDetected } },
  });
  const protect = (playProtectVerdict: string) => ({ environmentDetails: { playProtectVerdict } });

  it.each([
    [
      'app-licensed',
      { licensing: 'required' },
      { accountDetails: { appLicensingVerdict: 'UNLICENSED' } },
    ],
    ['app-licensed', { licensing: 'required' }, { accountDetails: {} }],
    ['activity-plausible', { highestActivityLevel: 2 }, level('LEVEL_3')],
    ['activity-plausible', { highestActivityLevel: 4 }, level('UNEVALUATED')],
    ['activity-plausible', { highestActivityLevel: 4 }, level()],
    ['version-sufficient', { minimumVersionCode: 8 }, version('7')],
    ['version-sufficient', { minimumVersionCode: 8 }, version(7)],
    ['version-sufficient', { minimumVersionCode: 0 }, version()],
    ['sdk-version-sufficient', { minimumSdkVersion: 33 }, sdk(32)],
    ['sdk-version-sufficient', { minimumSdkVersion: 0 }, sdk()],
    ['recall-clear', { refusedRecallBits: ['bitThird', 'bitFirst'] }, recall(marked)],
    ['recall-clear', { refusedRecallBits: ['bitSecond'] }, recall({ bitFirst: false })],
    ['recall-clear', { refusedRecallBits: ['bitSecond'] }, recall()],
    ['app-access-allowed', { refusedAppAccess: ['UNKNOWN_CAPTURING'] }, apps('UNKNOWN_CAPTURING')],
    ['app-access-allowed', { refusedAppAccess: ['UNKNOWN_CAPTURING'] }, {}],
    ['play-protect-clean', { allowedPlayProtect: ['NO_ISSUES'] }, protect('HIGH_RISK')],
    ['play-protect-clean', { allowedPlayProtect: ['NO_ISSUES'] }, {}],
  ] as const)('%s, under policy %j', (id, policy, changes) => {
    expect(failingOf(changes, { policy })).toEqual([`play-integrity/${id}`]);
  });

  it.each([
    [{ licensing: 'required' }, {}],
    [{ highestActivityLevel: 2 }, level('LEVEL_2')],
    [{ minimumVersionCode: 7 }, version('7')],
    [{ minimumSdkVersion: 33 }, sdk(33)],
    [{ refusedRecallBits: ['bitSecond', 'bitThird'] }, recall(marked)],
    [{ refusedAppAccess: ['UNKNOWN_CAPTURING'] }, apps('KNOWN_INSTALLED')],
    [{ allowedPlayProtect: ['NO_ISSUES'] }, protect('NO_ISSUES')],
  ] as const)('and passes under policy %j where its verdict is good', (policy, changes) => {
    expect(failingOf(changes, { policy })).toEqual([]);
  });
});

describe('a malformed payload', () => {
  const text = JSON.stringify(payload);

  it.each([
    ['a member that is there twice', text.replace('{', '{"appIntegrity":{},')],
    ['no request details', JSON.stringify({ ...payload, requestDetails: undefined })],
    ['a time that is none', text.replace(/"timestampMillis":"\d+"/, '"timestampMillis":"soon"')],
    ['a negative time', text.replace(/"timestampMillis":"\d+"/, '"timestampMillis":-1')],
    ['labels that are no list', text.replace(/\["MEETS[^\]]*\]/, '"MEETS_DEVICE_INTEGRITY"')],
    ['a version that is none', text.replace('"versionCode":"7"', '"versionCode":"07"')],
    [
      'a month that is text',
      JSON.stringify({
        ...payload,
        ...device({ deviceRecall: { writeDates: { yyyymmFirst: '5' } } }),
      }),
    ],
    ['text after it', `${text}{}`],
    ['no JSON', 'verdict: good'],
    ['nothing', ''],
  ])('has %s', (_, bad) => {
    for (const evidence of [token(bad), playIntegrityPayload(bad)]) {
      const result = appraise(evidence);
      expect(failing(result)).toEqual(['play-integrity/payload-well-formed']);
      expect(result.claims).toEqual({});
    }
  });

  it('is never accepted after a change to any character of the token, and never throws', () => {
    const good = token(text).text;
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.constantFrom('A', 'b', '7', '-', '.', '='),
        (at, other) => {
          if (good[at] === other) return;
          const spoilt = `${good.slice(0, at)}${other}${good.slice(at + 1)}`;
          expect(failing(appraise(playIntegrityToken(spoilt)))).not.toEqual([]);
        },
      ),
    );
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (any) => {
        expect(failing(appraise(playIntegrityToken(any)))).not.toEqual([]);
        expect(failing(appraise(playIntegrityPayload(any)))).not.toEqual([]);
      }),
    );
  });
});
