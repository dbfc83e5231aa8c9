import { compactDecrypt, compactVerify } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { toBase64url, utf8Text } from '../../encoding/bytes.js';
import { playIntegrityPayload, playIntegrityToken } from '../../evidence/play-integrity/index.js';
import { ProbeError } from '../../probe/probe-error.js';
import { createVerifier, failing, LAB, withStatus } from '../../verifier/index.js';
import { emptyTrust } from '../../verifier/testing/test-appraisal.js';
import type { VirtualPhoneSpec } from '../phone-spec.js';
import { ANDROID_PROBE, IPHONE, PIXEL, startTestLab, type TestLab } from '../testing/lab.js';
import { PLAY_FAULTS, type PlayFaultName } from './index.js';

const BINDING = toBase64url(new Uint8Array(32).fill(0x5a));
const CLASSIC = { kind: 'classic', nonce: BINDING } as const;
const STANDARD = { kind: 'standard', requestHash: BINDING } as const;
type Asked = typeof CLASSIC | typeof STANDARD;

const opened: TestLab[] = [];

async function phone(changes: Partial<Extract<VirtualPhoneSpec, { platform: 'android' }>> = {}) {
  return started({ ...PIXEL, ...changes });
}

async function started(spec: VirtualPhoneSpec): Promise<TestLab> {
  const lab = await startTestLab(spec);
  opened.push(lab);
  await lab.probe.hello();
  return lab;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((lab) => lab.close()));
});

async function tokenOf({ probe }: TestLab, asked: Asked): Promise<string> {
  return (await probe.call('playintegrity.request', asked)).result.token;
}

async function payloadOf(lab: TestLab, asked: Asked = STANDARD): Promise<Record<string, object>> {
  const json = lab.lab.play.decodeIntegrityToken(await tokenOf(lab, asked));
  if (json === null) throw new Error('the vendor does not know its own token');
  return JSON.parse(json) as Record<string, object>;
}

async function failure(lab: TestLab, asked: unknown): Promise<ProbeError> {
  const error: unknown = await lab.probe.call('playintegrity.request', asked as Asked).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProbeError) return error;
  throw new Error(`a ProbeError was expected, not ${String(error)}`);
}

const expected = {
  packageNames: [ANDROID_PROBE.packageName],
  certificateDigests: [toBase64url(new Uint8Array(32).fill(0xab))],
};

function verifierOf({ lab: { play } }: TestLab) {
  return createVerifier({ trust: { ...emptyTrust, playIntegrityKeys: play.keys } });
}

function appraiseClassic(lab: TestLab, token: string, nonce = BINDING) {
  return verifierOf(lab).appraise({
    ...{ evidence: playIntegrityToken(token), expected: { ...expected, nonce } },
    ...{ policy: LAB, now: new Date() },
  });
}

describe('a token of a phone whose apps came from Play', () => {
  const fromPlay = { play: { appsFrom: 'play' } } as const;

  it('is accepted where it is classic, and only for its nonce', async () => {
    const lab = await phone(fromPlay);
    const token = await tokenOf(lab, CLASSIC);
    expect(appraiseClassic(lab, token).verdict).toBe('accepted');
    const other = appraiseClassic(lab, token, toBase64url(new Uint8Array(32)));
    expect(failing(other)).toEqual(['play-integrity/nonce-matches']);
  });

  it('is opened by jose as well, where it is classic', async () => {
    const lab = await phone(fromPlay);
    const { decryptionKey, verificationKey } = lab.lab.play.keys;
    const token = await tokenOf(lab, CLASSIC);
    const { plaintext } = await compactDecrypt(token, decryptionKey, {
      keyManagementAlgorithms: ['A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const { payload } = await compactVerify(utf8Text(plaintext) ?? '', verificationKey, {
      algorithms: ['ES256'],
    });
    expect(JSON.parse(utf8Text(payload) ?? '')).toMatchObject({
      requestDetails: { nonce: BINDING },
      appIntegrity: { appRecognitionVerdict: 'PLAY_RECOGNIZED', versionCode: '1' },
    });
  });

  it('is accepted where it is standard, as its vendor decoded it, and opened by nobody else', async () => {
    const lab = await phone(fromPlay);
    const token = await tokenOf(lab, STANDARD);
    expect(failing(appraiseClassic(lab, token))).toEqual(['play-integrity/token-decrypts']);
    const payload = lab.lab.play.decodeIntegrityToken(token) ?? '';
    const result = verifierOf(lab).appraise({
      evidence: playIntegrityPayload(payload),
      expected: { ...expected, requestHash: BINDING },
      ...{ policy: LAB, now: new Date() },
    });
    expect(withStatus(result, 'failed')).toEqual([]);
    expect(result.verdict).toBe('accepted');
  });

  it('says nothing any more once it was decoded', async () => {
    const lab = await phone(fromPlay);
    const token = await tokenOf(lab, STANDARD);
    lab.lab.play.decodeIntegrityToken(token);
    expect(JSON.parse(lab.lab.play.decodeIntegrityToken(token) ?? '')).toMatchObject({
      requestDetails: { requestHash: BINDING },
      appIntegrity: { appRecognitionVerdict: 'UNEVALUATED' },
      deviceIntegrity: {},
      accountDetails: { appLicensingVerdict: 'UNEVALUATED' },
      environmentDetails: {},
    });
  });

  it('is none to the vendor of another lab, nor is any other text', async () => {
    const [lab, other] = [await phone(fromPlay), await phone(fromPlay)];
    for (const asked of [CLASSIC, STANDARD]) {
      expect(other.lab.play.decodeIntegrityToken(await tokenOf(lab, asked))).toBeNull();
    }
    expect(lab.lab.play.decodeIntegrityToken('')).toBeNull();
  });

  it('carries what its account and its phone are told of', async () => {
    const lab = await phone({
      play: {
        ...{ appsFrom: 'play', activityLevel: 'LEVEL_4', playProtect: 'HIGH_RISK' },
        ...{ appsDetected: ['UNKNOWN_CAPTURING'], recallBits: ['bitSecond'] },
      },
    });
    expect(await payloadOf(lab)).toMatchObject({
      deviceIntegrity: {
        recentDeviceActivity: { deviceActivityLevel: 'LEVEL_4' },
        deviceAttributes: { sdkVersion: 36 },
        deviceRecall: {
          values: { bitFirst: false, bitSecond: true, bitThird: false },
          writeDates: { yyyymmSecond: 202601 },
        },
      },
      accountDetails: { appLicensingVerdict: 'LICENSED' },
      environmentDetails: {
        playProtectVerdict: 'HIGH_RISK',
        appAccessRiskVerdict: { appsDetected: ['UNKNOWN_CAPTURING'] },
      },
    });
  });

  it('is refused as a testing response where a tester’s account asks, however good it is', async () => {
    const lab = await phone({
      ...{ locked: false, bootState: 'unverified', jailbroken: true, play: { scripted: true } },
    });
    expect(failing(appraiseClassic(lab, await tokenOf(lab, CLASSIC)))).toEqual([
      'play-integrity/not-a-testing-response',
    ]);
  });
});

describe('the labels of a phone', () => {
  const BASIC = 'MEETS_BASIC_INTEGRITY';
  const DEVICE = 'MEETS_DEVICE_INTEGRITY';
  const STRONG = 'MEETS_STRONG_INTEGRITY';
  const rooted = { locked: false, bootState: 'unverified', jailbroken: true } as const;
  const emulator = { ...rooted, jailbroken: false, hardware: { strongbox: false, tee: false } };
  const spoofing = { ...rooted, spoof: { kind: 'leaked-keybox' } } as const;

  it.each([
    ['locked and patched', {}, [BASIC, DEVICE, STRONG], 'UNRECOGNIZED_VERSION'],
    ['locked and old', { securityPatch: '2020-01-05' }, [BASIC, DEVICE], 'UNRECOGNIZED_VERSION'],
    ['with a system of its owner', { bootState: 'self-signed' }, [BASIC], 'UNEVALUATED'],
    ['unlocked and rooted', rooted, [BASIC], 'UNEVALUATED'],
    ['an emulator with Play', { ...emulator, play: { present: true } }, undefined, 'UNEVALUATED'],
    ['spoofing', spoofing, [BASIC, DEVICE], 'UNRECOGNIZED_VERSION'],
  ] as const)('that is %s', async (_, spec, labels, recognition) => {
    const payload = await payloadOf(await phone(spec));
    const { deviceIntegrity = {}, appIntegrity = {} } = payload;
    expect(Reflect.get(deviceIntegrity, 'deviceRecognitionVerdict')).toEqual(labels);
    // A farm installs its probe itself, so that none of them is ever recognised.
    expect(appIntegrity).toMatchObject({ appRecognitionVerdict: recognition });
  });

  it('that spoofs end with the leaked keybox', async () => {
    const lab = await phone(spoofing);
    lab.lab.play.revokeLeakedKeybox();
    expect((await payloadOf(lab))['deviceIntegrity']).not.toHaveProperty(
      'deviceRecognitionVerdict',
    );
  });
});

describe('Play Integrity refuses', () => {
  it.each([
    ['a nonce that is too short', { kind: 'classic', nonce: 'A'.repeat(15) }, -10],
    ['a nonce that is too long', { kind: 'classic', nonce: 'A'.repeat(501) }, -11],
    ['a nonce that is no base64', { kind: 'classic', nonce: 'A'.repeat(16) + '+' }, -13],
    ['a hash that is too long', { kind: 'standard', requestHash: 'A'.repeat(501) }, -17],
  ])('%s', async (_, asked, publicCode) => {
    expect(await failure(await phone(), asked)).toMatchObject({
      ...{ code: 'play_integrity_failed', publicCode, transient: false },
    });
  });

  const TRANSIENT: readonly PlayFaultName[] = [
    ...(['play-network-error', 'play-too-many-requests', 'play-server-unavailable'] as const),
    ...(['play-client-transient', 'play-provider-invalid', 'play-internal-error'] as const),
  ];

  it.each(Object.keys(PLAY_FAULTS) as readonly PlayFaultName[])(
    'under %s as often as it strikes, and says whether to try again',
    async (fault) => {
      const lab = await phone();
      lab.phone.faults.switchOn(fault, { times: 1 });
      const asked = fault === 'play-account-not-found' ? CLASSIC : STANDARD;
      const refusal = await failure(lab, asked);
      expect(refusal.transient).toBe(TRANSIENT.includes(fault));
      expect(refusal.publicCode).toBeLessThan(0);
      expect(await tokenOf(lab, asked)).not.toBe('');
    },
  );

  it('with the same number for two things, and the class of its error tells which', async () => {
    const lab = await phone();
    lab.phone.faults.switchOn('play-client-transient');
    const classic = await failure(lab, CLASSIC);
    const standard = await failure(lab, STANDARD);
    lab.phone.faults.switchOff('play-client-transient');
    const tooLong = await failure(lab, { kind: 'standard', requestHash: 'A'.repeat(501) });
    expect([classic, standard, tooLong]).toMatchObject([
      { publicCode: -17, exception: 'IntegrityServiceException', transient: true },
      { publicCode: -18, exception: 'StandardIntegrityException', transient: true },
      { publicCode: -17, exception: 'StandardIntegrityException', transient: false },
    ]);
  });

  it('leaves faults of the other interface alone', async () => {
    const lab = await phone();
    lab.phone.faults.switchOn('play-provider-invalid', { times: 1 });
    expect(await tokenOf(lab, CLASSIC)).not.toBe('');
    expect((await failure(lab, STANDARD)).publicCode).toBe(-19);
  });

  it('without a network, without Play, and on iPhones', async () => {
    const lab = await phone();
    lab.phone.faults.switchOn('no-network');
    expect((await failure(lab, STANDARD)).publicCode).toBe(-3);
    const without = await phone({ hardware: { strongbox: false, tee: false } });
    expect((await failure(without, CLASSIC)).publicCode).toBe(-2);
    expect((await failure(await started(IPHONE), CLASSIC)).code).toBe('unsupported');
  });
});
