import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import { loadLab } from '../farm/lab.js';
import { labPolicy } from './lab-policy.js';
import { openReceipts } from './receipts.js';
import { serveLab } from './serve.js';
import { faultLab } from './testing/fault-lab.js';

const APPLE = 'refresher: apple, key: team.p8, keyId: KEY0123456';
const RECORDED = 'refresher: recorded, answers: receipts';
const RECEIPT = Uint8Array.of(0x30, 0x80);
const ASKED = createHash('sha256').update(RECEIPT).digest('hex');

let lab = '';
afterEach(() => {
  rmSync(lab, { recursive: true, force: true });
});

function pem(namedCurve: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
}

/** A lab with this section for receipts, of one real iPhone unless it keeps its virtual ones. */
function given(
  section: string,
  files: {
    readonly key?: string;
    readonly mode?: number;
    readonly answers?: Readonly<Record<string, string>>;
    readonly phones?: 'real' | 'virtual';
  } = {},
): void {
  const { key = pem('prime256v1'), mode = 0o600, answers = {}, phones = 'real' } = files;
  lab = faultLab(['attestation/*'], section === '' ? '' : `receipts: { ${section} }\n`);
  const phone = '{ alias: iphone, udid: R1, platform: ios, class: iphone-secure-enclave }';
  if (phones === 'real') writeFileSync(join(lab, 'inventory.yaml'), `phones: [${phone}]\n`);
  writeFileSync(join(lab, 'team.p8'), key);
  chmodSync(join(lab, 'team.p8'), mode);
  mkdirSync(join(lab, 'receipts'));
  for (const [name, text] of Object.entries(answers)) {
    writeFileSync(join(lab, 'receipts', name), text);
  }
}

function problem(): string {
  try {
    openReceipts(loadLab(lab));
    return 'opened';
  } catch (error) {
    if (error instanceof HarnessError) return `${error.code} ${error.message}`;
    throw error;
  }
}

describe('the receipts of a lab', () => {
  it('are refreshed by nobody where the lab does not say by whom', () => {
    given('');
    expect(openReceipts(loadLab(lab))).toBeNull();
  });

  it.each([
    ['production', 'https://data.appattest.apple.com'],
    ['development', 'https://data-development.appattest.apple.com'],
  ])('are refreshed by Apple’s server for %s where the app is of that environment', (name, url) => {
    given(APPLE);
    const file = join(lab, 'reference-values.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/environment: \w+/, `environment: ${name}`));
    expect(openReceipts(loadLab(lab))?.source).toBe(url);
  });

  it('are refreshed by a server of one’s own where it is named', () => {
    given(`${APPLE}, origin: 'https://receipts.example'`);
    expect(openReceipts(loadLab(lab))?.source).toBe('https://receipts.example');
  });

  it.each([
    ['a key that others may read', APPLE, { mode: 0o640 }, /INVALID.*team\.p8.*others may read/],
    ['what is no key', APPLE, { key: 'key' }, /INVALID.*team\.p8: is no private key on P-256/],
    ['another curve', APPLE, { key: pem('secp384r1') }, /team\.p8: is no private key on P-256/],
    ['a key that is not there', APPLE.replace('team', 'no'), {}, /UNREADABLE.*no\.p8/],
    ['a bad key id', APPLE.replace('KEY0123456', 'key'), {}, /keyId.*ten capital letters/],
    ['a server without TLS', `${APPLE}, origin: 'http://a.example'`, {}, /receipts\.origin/],
    ['another refresher', 'refresher: google', {}, /receipts\.refresher/],
    ['Apple, for virtual phones', APPLE, { phones: 'virtual' }, /Apple knows nothing of virtual/],
    ['a folder that is not there', RECORDED.replace('receipts', 'no'), {}, /UNREADABLE.*no/],
    ['a folder without answers', RECORDED, {}, /INVALID.*receipts: holds no \.yaml file/],
    [
      'an answer to nothing',
      RECORDED,
      { answers: { 'a.yaml': 'status: 304' } },
      /a\.yaml: must be/,
    ],
    [
      ...(['no status', RECORDED] as const),
      { answers: { [`${ASKED}.yaml`]: 'status: 0' } },
      /\.yaml:1:\d+: status/,
    ],
  ] as const)('are refused with %s', (_, section, files, message) => {
    given(section, files);
    expect(problem()).toMatch(message);
  });

  it.each([
    ['status: 200\nbody: MIA=', { outcome: 'newer', receipt: RECEIPT }],
    ['status: 304', { outcome: 'not-due' }],
    ['status: 400', { outcome: 'refused' }],
    ['status: 401', { outcome: 'unavailable' }],
    ['status: 404', { outcome: 'no-data' }],
    ["status: 429\nretryAfter: '60'", { outcome: 'unavailable', retryAfterMs: 60_000 }],
    ['status: 500', { outcome: 'unavailable', retryAfterMs: null }],
  ])('are answered for as recorded: %j', async (text, expected) => {
    given(RECORDED, { answers: { [`${ASKED}.yaml`]: text }, phones: 'virtual' });
    const opened = openReceipts(loadLab(lab));
    expect(opened?.source).toBe(join(lab, 'receipts'));
    expect(await opened?.refresher.refresh(RECEIPT)).toMatchObject(expected);
    expect(await opened?.refresher.refresh(Uint8Array.of(1))).toMatchObject({ outcome: 'refused' });
  });
});

describe('a served lab', () => {
  it.each([
    ['', null],
    [RECORDED, 'receipts'],
  ])('with the section "%s" refreshes by %s', async (section, source) => {
    given(section, { answers: { [`${ASKED}.yaml`]: 'status: 304' }, phones: 'virtual' });
    const loaded = loadLab(lab);
    const served = await serveLab({
      ...{ lab: loaded, home: join(lab, 'home'), policy: labPolicy(loaded), tlsVersions: 'both' },
      ...{ address: '127.0.0.1', publicHost: 'localhost', ports: { enrolment: 0, api: 0 } },
      ...{ admin: { address: '127.0.0.1', port: 0 }, log: { write: () => undefined } },
    });
    try {
      expect(served.receiptSource).toBe(source === null ? null : join(lab, source));
      expect(served.relyingParty.receipts === null).toBe(source === null);
    } finally {
      await served.close();
    }
  });
});
