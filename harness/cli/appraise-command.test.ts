import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toBase64, toHex } from '../encoding/bytes.js';
import { verifyCompactJws } from '../encoding/jose.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { earSchema, POLICIES } from '../verifier/index.js';
import {
  keyRequest,
  testAndroid,
  testApple,
  testVendors,
  TEST_NOW,
} from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { command } from './testing/captured-terminal.js';
import { writeTrustFolder } from './testing/trust-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-cli-'));
const file = (name: string): string => join(folder, name);
const challenge = new Uint8Array(32).fill(7);
const clientDataHash = new Uint8Array(32).fill(9);
const common = ['--trust', file('trust'), '--at', TEST_NOW.toISOString()];
const android = ['appraise', '--android-chain', file('chain.pem'), ...common];
const rightChallenge = ['--challenge', `hex:${toHex(challenge)}`];
let apple: readonly string[] = [];

const resultSchema = z.looseObject({
  verdict: z.string(),
  policyId: z.string(),
  checks: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  claims: z.record(z.string(), z.unknown()),
});

function failingOf(json: string): readonly string[] {
  const { checks } = resultSchema.parse(JSON.parse(json));
  return checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
}

beforeAll(async () => {
  const vendors = testVendors();
  writeTrustFolder(file('trust'), vendors);
  const key = await testAndroid({ vendors }).generate(keyRequest({ challenge }));
  const pem = (key.attestationChain ?? []).map(encodePemCertificate).join('');
  writeFileSync(file('chain.pem'), pem);
  writeFileSync(file('cut.pem'), pem.slice(0, -300));
  const { appAttest } = testApple({ vendors });
  const keyId = await appAttest.generateKey();
  const object = await appAttest.attest(keyId, clientDataHash);
  writeFileSync(file('attestation.cbor'), object);
  writeFileSync(file('attestation.b64'), `${toBase64(object)}\n`);
  apple = [
    ...['appraise', ...common, '--app-id', 'ATTESTLAB0.org.attestlab.probe'],
    ...['--key-id', `base64:${toBase64(keyId)}`],
    ...['--client-data-hash', `hex:${toHex(clientDataHash)}`],
  ];
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('attestlab appraise of an Android chain', () => {
  it('gives an EAT attestation result, plain or signed with a key that is nobody else’s', async () => {
    const { exit, out } = await command(...android, ...rightChallenge, '--ear');
    expect(exit).toBe(0);
    const claims = earSchema.parse(JSON.parse(out));
    expect(claims.submods['android-key']?.ear_trustworthiness_vector['runtime-opaque']).toBe(0);

    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
    writeFileSync(file('ear.pem'), pem, { mode: 0o600 });
    const token = (await command(...android, ...rightChallenge, '--ear-key', file('ear.pem'))).out;
    const verified = verifyCompactJws(token.trim(), publicKey);
    expect(verified.ok && JSON.parse(new TextDecoder().decode(verified.value))).toEqual(claims);

    writeFileSync(file('open.pem'), pem, { mode: 0o644 });
    const refused = await command(...android, '--ear-key', file('open.pem'));
    expect(refused).toMatchObject({ exit: 2, out: '' });
    expect(refused.err).toMatch(/open\.pem: others may read it; chmod 600/);
    writeFileSync(file('no.pem'), 'no key', { mode: 0o600 });
    expect((await command(...android, '--ear-key', file('no.pem'))).err).toMatch(/no private key/);
    expect((await command(...android, '--ear', '--json')).exit).toBe(2);
  });

  it('takes a policy file, under whose id it shows the result', async () => {
    writeFileSync(
      file('ours.yaml'),
      'id: ours\nextends: baseline\nrequired: [android-key/challenge-matches]\n',
    );
    const ours = ['--policy', file('ours.yaml')];
    expect((await command(...android, ...rightChallenge, ...ours)).exit).toBe(0);
    const { exit, out } = await command(...android, ...ours);
    expect(exit).toBe(4);
    expect(out).toMatch(/^INDETERMINATE .* policy ours,/);
  });

  it('exits 0 and shows verdict, checks and claims within 80 columns', async () => {
    const { exit, out, err } = await command(...android, ...rightChallenge);
    expect(exit).toBe(0);
    expect(out).toMatch(/^ACCEPTED {2}android-key, policy baseline/);
    expect(out).toMatch(/passed {2}android-key\/challenge-matches/);
    expect(out).toMatch(/\nClaims\n(.*\n)*.*org\.attestlab\.probe/);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(err).toMatch(/no revocation list was given/);
  });

  it('exits 1 and names the failing check where the challenge is another', async () => {
    const { exit, out } = await command(...android, '--challenge', 'utf8:another');
    expect(exit).toBe(1);
    expect(out).toMatch(/^REJECTED .*\nfailed: android-key\/challenge-matches\n/);
    expect(out).toMatch(/ expected:\s[\s\S]* actual:\s/);
  });

  it('writes nothing but the result to stdout with --json', async () => {
    const { exit, out } = await command(...android, ...rightChallenge, '--json');
    const result = resultSchema.parse(JSON.parse(out));
    expect(exit).toBe(0);
    expect(result).toMatchObject({ verdict: 'accepted', policyId: 'baseline' });
    expect(result.checks.length).toBeGreaterThan(10);
  });

  it('exits 4 under the policy of runs, which wants fresh revocation data', async () => {
    const { exit, out } = await command(...android, ...rightChallenge, '--policy', 'lab');
    expect(exit).toBe(4);
    expect(out).toMatch(/^INDETERMINATE/);
  });

  it('compares package and signer, digests in the form that tools print', async () => {
    const signer = Array.from({ length: 32 }, () => 'D1').join(':');
    const right = ['--package', 'org.attestlab.probe', '--signer', signer];
    expect((await command(...android, ...rightChallenge, ...right)).exit).toBe(0);
    const { out } = await command(...android, ...rightChallenge, '--package', 'a.b', '--json');
    expect(failingOf(out)).toHaveLength(1);
  });

  it('takes a status list, and refuses one that cannot be read', async () => {
    writeFileSync(file('status.json'), '{"entries": {}}');
    writeFileSync(file('broken.json'), '{"entries": {"zz": {"status": "REVOKED"}}}');
    const good = await command(...android, ...rightChallenge, '--status-list', file('status.json'));
    expect(good).toMatchObject({ exit: 0, err: '' });
    const broken = await command(...android, '--status-list', file('broken.json'));
    expect(broken.exit).toBe(2);
    expect(broken.err).toMatch(/broken\.json: entry "zz"/);
  });

  it('does not trust a virtual vendor by the anchors that are shipped', async () => {
    const { exit } = await command(
      ...['appraise', '--android-chain', file('chain.pem'), ...rightChallenge],
      ...['--at', TEST_NOW.toISOString()],
    );
    expect(exit).toBe(1);
  });

  it('exits 2 and names the place where the PEM file is cut off', async () => {
    const { exit, err, out } = await command('appraise', '--android-chain', file('cut.pem'));
    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/cut\.pem: block of line \d+ is cut off/);
  });
});

describe('attestlab appraise of an App Attest attestation', () => {
  it.each(['attestation.cbor', 'attestation.b64'])('reads %s', async (name) => {
    const widened = ['--environment', 'development'];
    const { exit, out } = await command(...apple, '--app-attest', file(name), ...widened);
    expect(out).toMatch(/^ACCEPTED {2}app-attest-attestation, policy baseline\+development/);
    expect(exit).toBe(0);
  });

  it('rejects the development environment unless it is widened', async () => {
    const { exit, out } = await command(
      ...apple,
      '--app-attest',
      file('attestation.cbor'),
      '--json',
    );
    expect(exit).toBe(1);
    expect(failingOf(out)).toEqual(['app-attest/environment-allowed']);
  });

  it('wants every input that the evidence is compared with', async () => {
    const { exit, err } = await command(
      ...['appraise', '--app-attest', file('attestation.cbor'), '--key-id', 'hex:00'],
    );
    expect(exit).toBe(2);
    expect(err).toMatch(/--app-attest needs --client-data-hash/);
  });
});

describe('wrong usage of attestlab appraise', () => {
  it.each([
    [['appraise'], /give one of --android-chain/],
    [['appraise', '--android-chain', 'a', '--app-attest', 'b'], /give one of/],
    [
      ['appraise', '--android-chain', 'a', '--key-id', 'hex:00'],
      /--key-id belongs to --app-attest/,
    ],
    [['appraise', '--android-chain', '/no/such.pem'], /\/no\/such\.pem: ENOENT/],
    [['appraise', '--android-chain', 'a', '--at', 'noon'], /--at: "noon" is no time/],
    [['appraise', '--android-chain', 'a', '--policy', 'lax'], /known policies: baseline/],
    [['appraise', '--android-chain', 'a', '--chalenge', 'hex:00'], /Did you mean --challenge/],
    [['apraise'], /unknown command 'apraise'/],
  ])('exits 2 and says why: %j', async (args, message) => {
    const { exit, out, err } = await command(...args);
    expect(exit).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
  });

  it('offers exactly the policies that the verifier has', async () => {
    const { out } = await command('appraise', '--help');
    const [, names = ''] =
      /--policy <policy> (.*?), or a policy file/.exec(out.replace(/\s+/g, ' ')) ?? [];
    expect(names.split(', ').sort()).toEqual(Object.keys(POLICIES).sort());
  });
});
