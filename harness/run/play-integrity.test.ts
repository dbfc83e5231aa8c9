import { createHash } from 'node:crypto';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import { playIntegrityToken } from '../evidence/play-integrity/index.js';
import { loadLab } from '../farm/lab.js';
import { BASELINE, createVerifier } from '../verifier/index.js';
import { emptyTrust } from '../verifier/testing/test-appraisal.js';
import { androidProbe } from '../virtual-lab/app-package.js';
import { FaultSwitches } from '../virtual-lab/faults.js';
import { createPlayService, createPlayVendor } from '../virtual-lab/play/index.js';
import { PIXEL } from '../virtual-lab/testing/lab.js';
import { parsePhoneSpec } from '../virtual-lab/virtual-lab.js';
import { openPlayIntegrity } from './play-integrity.js';
import { prepareRun } from './preparation.js';
import { faultLab } from './testing/fault-lab.js';
import { decodeTrust, encodeTrust } from './trust-record.js';

const vendor = createPlayVendor();
const DECRYPTION_KEY = toBase64(vendor.keys.decryptionKey);
const VERIFICATION_KEY = vendor.keys.verificationKey;
const CLASSIC = 'classic: { decryptionKey: play.key, verificationKey: play.pub }';
const STORIES = ['attestation/play-classic', 'attestation/play-standard'];
let lab = '';

function given(name: string, text: string, mode = 0o600): void {
  writeFileSync(join(lab, name), text);
  chmodSync(join(lab, name), mode);
}

function spki(): string {
  return toBase64(new Uint8Array(VERIFICATION_KEY.export({ format: 'der', type: 'spki' })));
}

/** A lab of one real phone, with this section for Play Integrity. */
function realLab(section: string): void {
  rmSync(lab, { recursive: true, force: true });
  lab = faultLab(STORIES, section === '' ? '' : `playIntegrity: { ${section} }\n`);
  const phone = '{ alias: pixel, udid: R1, platform: android, class: android-tee }';
  given('inventory.yaml', `phones: [${phone}]\n`);
  given('play.key', `${DECRYPTION_KEY}\n`);
  given('play.pub', `${spki()}\n`);
  given('access-token', 'ya29.token\n');
}

function opened() {
  return openPlayIntegrity(loadLab(lab).playIntegrity);
}

function problem(): string {
  try {
    opened();
    return 'opened';
  } catch (error) {
    if (error instanceof HarnessError) return `${error.code} ${error.message}`;
    throw error;
  }
}

async function classicToken(nonce: string): Promise<string> {
  const device = parsePhoneSpec({ ...PIXEL, play: { appsFrom: 'play' } }, 'test');
  if (device.platform !== 'android') throw new Error('Play is of Android');
  const service = createPlayService({
    ...{ vendor, device, faults: new FaultSwitches(), pause: () => Promise.resolve() },
    app: androidProbe({
      ...{
        packageName: 'org.example',
        versionCode: 7,
        version: '7',
        signerDigests: ['d1'.repeat(32)],
      },
    }),
  });
  return service.request({ kind: 'classic', nonce });
}

beforeEach(() => {
  realLab(CLASSIC);
});

afterEach(() => {
  rmSync(lab, { recursive: true, force: true });
});

describe('a lab of real phones that has keys of the Play Console', () => {
  it('opens a classic token with them, and finds the verdict again from the record', async () => {
    const { keys } = opened();
    if (keys === null) throw new Error('no keys');
    const nonce = 'bm9uY2Utb2YtdGhpcnR5LXR3by1ieXRlcy1ub25jZQ';
    const token = await classicToken(nonce);
    const trust = { ...emptyTrust, playIntegrityKeys: keys };
    const appraise = (by: typeof trust) =>
      createVerifier({ trust: by }).appraise({
        evidence: playIntegrityToken(token),
        expected: { nonce, packageNames: ['org.example'] },
        ...{ policy: BASELINE, now: new Date() },
      });
    expect(appraise(trust).verdict).toBe('accepted');
    const recorded = encodeTrust(trust);
    expect(recorded).not.toContain(DECRYPTION_KEY);
    expect(recorded).toContain('play.key');
    const back = decodeTrust(recorded, 'trust.json');
    expect(back.playIntegrityKeys?.decryptionKey).toEqual(keys.decryptionKey);
    expect(encodeTrust(back)).toBe(recorded);
  });

  it.each([
    [
      'is gone',
      () => {
        rmSync(join(lab, 'play.key'));
      },
    ],
    [
      'is another one',
      () => {
        given('play.key', toBase64(new Uint8Array(32)));
      },
    ],
    [
      'may be read by others',
      () => {
        chmodSync(join(lab, 'play.key'), 0o644);
      },
    ],
  ])('judges the rest of a record where the key %s', (_what, spoil) => {
    const { keys } = opened();
    if (keys === null) throw new Error('no keys');
    const recorded = encodeTrust({ ...emptyTrust, playIntegrityKeys: keys });
    spoil();
    expect(decodeTrust(recorded, 'trust.json')).toEqual(emptyTrust);
  });

  it('takes the verification key in PEM too', () => {
    given('play.pub', VERIFICATION_KEY.export({ format: 'pem', type: 'spki' }).toString());
    expect(opened().keys?.verificationKey.equals(VERIFICATION_KEY)).toBe(true);
  });

  it('plans the story of classic tokens, and says what the other one needs', async () => {
    const { plan } = await prepareRun({ lab });
    expect(plan.jobs.map(({ scenarioId }) => scenarioId)).toEqual(['attestation/play-classic']);
    expect(plan.unmatched.map(({ why }) => why)).toEqual([
      'needs a decoder of standard integrity tokens: playIntegrity.standard in lab.yaml',
    ]);
  });

  it('plans neither story without a section', async () => {
    realLab('');
    const { plan } = await prepareRun({ lab });
    expect(plan.jobs).toEqual([]);
    expect(plan.unmatched).toHaveLength(2);
  });
});

describe('a lab whose files for Play Integrity are wrong is refused', () => {
  it.each([
    [
      'a decryption key that others may read',
      'play.key',
      DECRYPTION_KEY,
      0o640,
      /play\.key: others may read it; chmod 600 .*play\.key$/,
    ],
    [
      'a decryption key of 16 bytes',
      'play.key',
      toBase64(new Uint8Array(16)),
      0o600,
      /play\.key: is no AES-256 key: take RESPONSE_DECRYPTION_KEY/,
    ],
    [
      'a decryption key that is no base64',
      'play.key',
      '{"key":1}',
      0o600,
      /play\.key: is no AES-256 key/,
    ],
    [
      'a verification key that is none',
      'play.pub',
      'MFkw',
      0o600,
      /play\.pub: is no public key on P-256/,
    ],
    [
      'a verification key in broken PEM',
      'play.pub',
      '-----BEGIN PUBLIC KEY-----',
      0o600,
      /play\.pub: is no public key/,
    ],
  ])('for %s', async (_what, file, text, mode, message) => {
    given(file, text, mode);
    expect(problem()).toMatch(message);
    expect(problem()).not.toContain(DECRYPTION_KEY);
    await expect(prepareRun({ lab })).rejects.toThrow(message);
  });

  it('for a section that opens nothing, by file and line', () => {
    realLab('');
    const { file } = loadLab(lab);
    writeFileSync(file, `name: x\nplayIntegrity: {}\nclasses: a\nexpectations: b\ntrust: c\n`);
    expect(problem()).toMatch(/lab\.yaml:2:\d+: .*opens nothing: name classic, standard or both/);
  });

  it('for virtual phones, which bring a Play of their own', () => {
    rmSync(lab, { recursive: true, force: true });
    lab = faultLab(STORIES, `playIntegrity: { ${CLASSIC} }\n`);
    expect(problem()).toMatch(/lab\.yaml:\d+:\d+: playIntegrity: virtual phones bring a Play/);
  });

  it('for an access token that is none, or that others may read', () => {
    realLab('standard: { decoder: google, packageName: org.example, accessToken: access-token }');
    expect(problem()).toBe('opened');
    given('access-token', 'two words');
    expect(problem()).toMatch(/access-token: is no access token/);
    given('access-token', 'ya29', 0o644);
    expect(problem()).toMatch(/access-token: others may read it/);
  });
});

describe('a decoder of recorded answers', () => {
  it('answers as Google did, and breaks where nobody asked Google', async () => {
    realLab('standard: { decoder: recorded, payloads: payloads.json }');
    const digest = (token: string) => createHash('sha256').update(token).digest('hex');
    const answers = [
      { tokenSha256: digest('a.b'), payload: '{"requestDetails":{}}' },
      { tokenSha256: digest('c.d'), payload: null },
    ];
    given('payloads.json', JSON.stringify({ version: 1, answers }));
    const { decoder } = opened();
    expect(await decoder?.decode('a.b')).toBe('{"requestDetails":{}}');
    expect(await decoder?.decode('c.d')).toBeNull();
    await expect(decoder?.decode('e.f')).rejects.toThrow(/payloads\.json: holds no answer/);
    const { plan } = await prepareRun({ lab });
    expect(plan.jobs.map(({ scenarioId }) => scenarioId)).toEqual(['attestation/play-standard']);
    given('payloads.json', '{"version": 1}');
    expect(problem()).toMatch(/payloads\.json:1:\d+: .*answers/);
  });
});
