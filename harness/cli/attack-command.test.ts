import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ATTACKS } from '../attacks/index.js';
import { parsePemCertificates } from '../encoding/pem.js';
import { loadLab } from '../farm/lab.js';
import { labPolicy } from '../run/lab-policy.js';
import { ignoring, withoutRule, withVerifier } from '../run/sabotages/wrap.js';
import { serveLab, type ServedLab, type ServeOptions } from '../run/serve.js';
import { openVirtualVendors, VENDORS_FOLDER } from '../run/virtual-vendors.js';
import type { AttestationResult } from '../verifier/index.js';
import { shippedLab } from './shipped-lab.js';
import { command } from './testing/captured-terminal.js';

const root = mkdtempSync(join(tmpdir(), 'attestlab-attack-'));
const home = join(root, 'home');

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Serves the shipped lab, spoilt or not, while `use` attacks it. */
async function served<Value>(
  spoil: ServeOptions['spoil'],
  use: (served: ServedLab) => Promise<Value>,
): Promise<Value> {
  const lab = loadLab(shippedLab);
  const told = await serveLab({
    ...{ lab, home, policy: labPolicy(lab), store: 'memory:', tlsVersions: 'both' },
    ...{ address: '127.0.0.1', publicHost: 'localhost', ports: { enrolment: 0, api: 0 } },
    admin: { address: '127.0.0.1', port: 0 },
    log: { write: () => undefined },
    ...(spoil === undefined ? {} : { spoil }),
  });
  try {
    return await use(told);
  } finally {
    await told.close();
  }
}

/** The command against what is served. */
function attacked(spoil: ServeOptions['spoil'], ...args: readonly string[]) {
  return served(spoil, ({ relyingParty: { enrolUrl, apiUrl } }) =>
    command('attack', '--target', enrolUrl, '--api', apiUrl, '--home', home, ...args),
  );
}

const resultSchema = z.object({
  id: z.string(),
  door: z.string(),
  must: z.string(),
  outcome: z.string(),
  status: z.int().nullable(),
  code: z.string().nullable(),
  codes: z.array(z.string()),
  asItMust: z.boolean().nullable(),
});
const summarySchema = z.strictObject({
  attacks: z.int(),
  refused: z.int(),
  refusedForAnotherReason: z.int(),
  refusedWithoutReason: z.int(),
  accepted: z.int(),
  genuineRefused: z.int(),
  failed: z.int(),
  unsent: z.array(z.object({ id: z.string(), reason: z.string() })),
});

function read(out: string) {
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const results = lines.slice(0, -1).map((line) => resultSchema.parse(line));
  return { results, summary: summarySchema.parse(lines.at(-1)) };
}

describe('attestlab attack', () => {
  it('has every attack refused by the reference, for its own reason, and nothing that is genuine', async () => {
    const { exit, out, err } = await attacked(undefined, '--json', '--status-list');
    expect([exit, err]).toEqual([0, '']);
    const { results, summary } = read(out);
    const beside = results.filter(
      ({ must, code, codes }) => must === 'be refused' && !codes.includes(code ?? ''),
    );
    expect(beside.map(({ id, door, code }) => [id, door, code])).toEqual([]);
    expect(summary).toMatchObject({ accepted: 0, genuineRefused: 0, failed: 0 });
    expect(summary.attacks).toBeGreaterThan(270);
    const sent = new Set([...results, ...summary.unsent].map(({ id }) => id));
    const missing = ATTACKS.filter(({ id }) => !sent.has(id));
    expect(missing.map(({ id }) => id)).toEqual([]);
  }, 120_000);

  it('tells in lines what was refused, and why others were not sent', async () => {
    const { exit, out } = await attacked(undefined, '--only', 'signed-request/timestamp-stale');
    expect(exit).toBe(0);
    const lines = out.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'what is genuine',
      `  accepted  ${'signed request, Android phone'.padEnd(42)}200`,
    ]);
    expect(lines.slice(4, 6)).toEqual([
      'signed request, Android phone',
      `  refused   ${'signed-request/timestamp-stale'.padEnd(42)}timestamp_stale`,
    ]);
    expect(out).toMatch(
      /\n2 attacks sent: 2 refused, 0 accepted\nrefused for their own reason 2, for another 0, for none that is told 0\n$/,
    );
  });

  it('exits 3 where the only attack asked for cannot be sent, and says why', async () => {
    const { exit, out } = await attacked(undefined, '--only', 'app-attest/after-its-time');
    expect(exit).toBe(3);
    expect(out).toMatch(
      /not sent, and so not passed:\n {2}only the clock of the target decides.*\n {4}app-attest\/after-its-time\n/,
    );
  });
});

describe('attestlab attack on a backend that takes counters out of order', () => {
  const unordered: ServeOptions['spoil'] = (whole) => ({ ...whole, counterMode: { window: 64 } });

  it.each(['signed-request/signature-twin', 'profile-r/counter-replayed'])(
    'has %s refused as ever',
    async (only) => {
      const { exit } = await attacked(unordered, '--only', only, '--counters', 'in-any-order');
      expect(exit).toBe(0);
    },
  );

  it('sends no late counter where it is told so, and takes one for accepted where it is not', async () => {
    const only = ['--only', 'signed-request/counter-rolled-back'];
    const told = await attacked(unordered, ...only, '--counters', 'in-any-order');
    expect(told.exit).toBe(3);
    expect(told.out).toMatch(/late is not wrong there\n {4}signed-request\/counter-rolled-back/);
    expect((await attacked(unordered, ...only)).exit).toBe(1);
  });
});

describe('attestlab attack on a backend that forgets a check', () => {
  it.each([
    ['signed-request/timestamp-not-stale', 'signed-request/timestamp-stale', 2],
    ['signed-request/counter-not-replayed', 'profile-r/signature-twin', 2],
    ['android-key/levels-equal', 'android-key/levels-unequal', 3],
    ['csr/signature-verifies', 'csr/signature-bit', 3],
    ['app-attest/environment-allowed', 'app-attest/development-build', 2],
    ['app-attest-assertion/counter-increased', 'app-attest-assertion/rolled-back', 2],
    ['android-key/challenge-matches', 'submission/evidence-of-earlier-challenge', 3],
    ['android-key/challenge-matches', 'submission/evidence-for-other-purpose', 3],
    ['app-attest/nonce-matches', 'submission/evidence-for-other-purpose', 2],
    ['signed-request/assertion-counter-increased', 'signed-request/assertion-held-back', 1],
    ['signed-request/key-bound-to-connection', 'signed-request/other-connection', 2],
    ['signed-request/epoch-current', 'profile-r/epoch-before', 1],
  ] as const)('that of %s: %s is accepted, which exits 1', async (check, only, doors) => {
    const spoil = withVerifier(ignoring(check));
    const { exit, out } = await attacked(spoil, '--json', '--only', only);
    expect(exit).toBe(1);
    const { results, summary } = read(out);
    expect(summary).toMatchObject({ accepted: doors, failed: 0, genuineRefused: 0 });
    expect(results.filter(({ asItMust }) => asItMust === false).map(({ id }) => id)).toEqual(
      new Array(doors).fill(only),
    );
  });

  it.each([
    ['challenge/unspent', 'submission/challenge-spent', 7],
    ['challenge/issued-for-purpose', 'submission/challenge-for-other-purpose', 5],
    ['enrolment/evidence-present', 'submission/evidence-left-out', 7],
    ['registration/key-not-elsewhere', 'submission/key-of-another', 2],
  ] as const)('that of %s: %s is accepted, which exits 1', async (rule, only, doors) => {
    const { exit, out } = await attacked(withoutRule(rule), '--json', '--only', only);
    expect(exit).toBe(1);
    expect(read(out).summary).toMatchObject({ accepted: doors, failed: 0, genuineRefused: 0 });
  });

  it('that of revocation: a revoked keybox enrols, signs and renews, where its list is said to be read', async () => {
    const only = ['--json', '--only', 'submission/attestation-key-revoked'];
    const spoil = withVerifier(ignoring('android-key/not-revoked'));
    const told = await attacked(spoil, ...only, '--status-list');
    expect(told.exit).toBe(1);
    expect(read(told.out).summary).toMatchObject({ accepted: 3, failed: 0, genuineRefused: 0 });
    const untold = await attacked(spoil, ...only);
    expect(untold.exit).toBe(3);
    expect(read(untold.out).summary.unsent).toContainEqual({
      id: 'submission/attestation-key-revoked',
      reason: 'whether the target reads the status list of --roots-to is not said',
    });
  });

  it('shows in lines what it accepted', async () => {
    const spoil = withVerifier(ignoring('android-key/levels-equal'));
    const { out } = await attacked(spoil, '--only', 'android-key/levels-unequal');
    expect(out).toMatch(
      /^enrolment, Android phone\n {2}ACCEPTED {2}android-key\/levels-unequal +201$/m,
    );
    expect(out).toMatch(
      /^ACCEPTED: android-key\/levels-unequal, enrolment, Android phone: 201\n {2}The attacker /m,
    );
  });
});

type Appraise = Parameters<Parameters<typeof withVerifier>[0]>[0];

/** Appraises as it should until it turned somebody away, and from then on as `after` has it. */
const afterRefusal = (after: (result: AttestationResult) => AttestationResult) =>
  withVerifier((appraise: Appraise) => {
    let isOver = false;
    return (input) => {
      const result = appraise(input);
      if (isOver) return after(result);
      isOver = result.verdict !== 'accepted';
      return result;
    };
  });

describe('attestlab attack where nothing can be learnt', () => {
  it('exits 4 where what is genuine is refused, and sends no attack', async () => {
    const spoil = withVerifier((appraise) => (input) => ({
      ...appraise(input),
      verdict: 'indeterminate',
    }));
    const { exit, out, err } = await attacked(spoil);
    expect([exit, out]).toEqual([4, '']);
    expect(err).toMatch(/honest phones do not get through, .*\n {2}enrolment, Android phone: 403/);
  });

  it('exits 4 where the target breaks over attacks', async () => {
    const spoil = afterRefusal(() => {
      throw new Error('broken');
    });
    const { exit, out } = await attacked(spoil, '--json', '--only', 'csr/key-swapped');
    expect(exit).toBe(4);
    expect(read(out).results.map(({ outcome, status }) => [outcome, status])).toContainEqual([
      'failed',
      500,
    ]);
  });

  it('exits 4 where the target turns everybody away after the first attack', async () => {
    const spoil = afterRefusal((result) => ({ ...result, verdict: 'indeterminate' }));
    const { exit, out } = await attacked(spoil, '--json', '--only', 'csr/key-swapped');
    expect(exit).toBe(4);
    const { summary } = read(out);
    expect(summary.accepted).toBe(0);
    expect(summary.failed).toBeGreaterThan(0);
  });

  it('exits 4 where nobody listens', async () => {
    const { enrolUrl } = await served(undefined, ({ relyingParty }) =>
      Promise.resolve(relyingParty),
    );
    const { exit, err } = await command('attack', '--target', enrolUrl, '--home', home);
    expect(exit).toBe(4);
    expect(err).toMatch(/no answer to POST/);
  });

  it('exits 4 where the target trusts other roots', async () => {
    const stranger = join(root, 'stranger');
    const { exit, err } = await served(undefined, ({ relyingParty, serverAnchorFile }) =>
      command(
        ...['attack', '--target', relyingParty.enrolUrl, '--api', relyingParty.apiUrl],
        ...['--home', stranger, '--insecure-ca', serverAnchorFile],
      ),
    );
    expect(exit).toBe(4);
    expect(err).toMatch(/honest phones do not get through, .*\n.*403 trust_anchor_unknown/);
  });

  it('exits 4 where the target’s own certificate is nobody’s', async () => {
    const stranger = join(root, 'without-authority');
    const { exit, err } = await served(undefined, ({ relyingParty }) =>
      command('attack', '--target', relyingParty.enrolUrl, '--home', stranger),
    );
    expect(exit).toBe(4);
    expect(err).toMatch(/certificate/);
  });

  it.each([
    [['--target', 'http://localhost:1'], /--target: "http:\/\/localhost:1" is no origin/],
    [['--target', 'https://localhost:1/v1'], /is no origin/],
    [['--target', 'https://localhost:1', '--api', 'x'], /--api: "x" is no origin/],
    [['--target', 'https://localhost:1', '--only', 'x'], /--only: no such attack "x"/],
    [['--target', 'https://localhost:1', '--insecure-ca', '/no/such'], /\/no\/such/],
    [[], /--target: which backend is attacked\?/],
  ])('exits 2 for %j and says why', async (args, message) => {
    const { exit, out, err } = await command('attack', '--home', home, ...args);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });
});

describe('attestlab attack --roots-to', () => {
  it('writes down what a backend has to trust and expect, and no key', async () => {
    const folder = join(root, 'roots');
    const { exit, out, err } = await command('attack', '--roots-to', folder, '--home', home);
    expect([exit, err]).toEqual([0, '']);
    const files = readdirSync(folder).sort();
    for (const name of files) {
      expect(out).toContain(join(folder, name));
      expect(readFileSync(join(folder, name), 'utf8')).not.toContain('PRIVATE KEY');
    }
    const vendors = openVirtualVendors(join(home, VENDORS_FOLDER));
    const pem = (name: string) => {
      const parsed = parsePemCertificates(readFileSync(join(folder, name), 'utf8'));
      return parsed.ok ? parsed.value : [];
    };
    expect(pem('android-roots.pem')).toEqual(vendors.androidAnchors);
    expect(pem('app-attest-roots.pem')).toEqual(vendors.appAttestAnchors);
    expect(pem('receipt-roots.pem')).toEqual(vendors.receiptAnchors);
    expect(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))).toMatchObject({
      android: { packages: ['org.attestlab.probe'] },
      apple: { appIds: ['ATTESTLAB0.org.attestlab.probe'], appAttestEnvironment: 'production' },
    });
    expect(JSON.parse(readFileSync(join(folder, 'status-list.json'), 'utf8'))).toEqual({
      entries: { [vendors.leakedSerial]: { status: 'REVOKED', reason: 'KEY_COMPROMISE' } },
    });
  });

  it('exits 4 where nothing can be written there', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    const { exit, err } = await command('attack', '--roots-to', file, '--home', home);
    expect(exit).toBe(4);
    expect(err).toMatch(/a-file: .*EEXIST/);
  });
});

describe('attestlab attack --junit', () => {
  const report = async (spoil: ServeOptions['spoil'], only: string) => {
    const file = join(root, 'attack.xml');
    await attacked(spoil, '--only', only, '--junit', file);
    return readFileSync(file, 'utf8');
  };

  it('has a case an attack, and a failure where one was accepted', async () => {
    const spoil = withVerifier(ignoring('android-key/levels-equal'));
    const xml = await report(spoil, 'android-key/levels-unequal');
    expect(xml).toMatch(/<testsuite name="renewal, Android phone" tests="3" failures="1"/);
    expect(xml).toMatch(
      /<testcase classname="renewal, Android phone" name="android-key\/levels-unequal">\s*<failure message="accepted: 201" type="attack-accepted"\/>/,
    );
    const refused = await report(undefined, 'android-key/levels-unequal');
    expect(refused).toMatch(/failures="0" errors="0" skipped="0"/);
    expect(refused).toContain('refused for its own reason');
  });

  it('skips what was not sent and says why', async () => {
    const xml = await report(undefined, 'app-attest/after-its-time');
    expect(xml).toMatch(/<skipped\/>/);
    expect(xml).toContain('not sent: only the clock of the target decides');
  });
});
