import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ATTACKS } from '../attacks/index.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { loadLab } from '../farm/lab.js';
import { productRoot } from '../product.js';
import { trustIn } from '../relying-party/testing/test-lab.js';
import { ACME_KEY, startAcme, type AcmeBackend } from '../run/attack/testing/acme-backend.js';
import type { AcmeHole } from '../run/attack/testing/acme-registry.js';
import { labPolicy } from '../run/lab-policy.js';
import { ignoring } from '../run/sabotages/wrap.js';
import { openVirtualVendors, VENDORS_FOLDER } from '../run/virtual-vendors.js';
import { createVerifier, type CheckId } from '../verifier/index.js';
import { shippedLab } from './shipped-lab.js';
import { command } from './testing/captured-terminal.js';

const root = mkdtempSync(join(tmpdir(), 'attestlab-mapping-'));
const home = join(root, 'home');
const mapping = join(productRoot, 'fixtures/mappings/example.yaml');
const lab = loadLab(shippedLab);
const vendors = openVirtualVendors(join(home, VENDORS_FOLDER));
const verifier = createVerifier({ trust: trustIn(vendors, [vendors.leakedSerial]) });

beforeEach(() => {
  vi.stubEnv('ACME_KEY', ACME_KEY);
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Forgetting {
  readonly holes?: readonly AcmeHole[];
  readonly ignored?: CheckId;
}

/** The command against a backend of another shape that forgets something. */
async function attacked(
  { holes = [], ignored }: Forgetting,
  args: readonly string[],
  use: (backend: AcmeBackend) => void = () => undefined,
) {
  const appraise = verifier.appraise.bind(verifier);
  const backend = await startAcme({
    appraise: ignored === undefined ? appraise : ignoring(ignored)(appraise),
    ...{ holes, values: lab.referenceValues, policy: labPolicy(lab) },
  });
  const ca = join(root, 'acme-ca.pem');
  writeFileSync(ca, encodePemCertificate(backend.anchor));
  try {
    const result = await command(
      ...['attack', '--target', backend.origin, '--home', home, '--insecure-ca', ca],
      ...(args.includes('--mapping') ? [] : ['--mapping', mapping]),
      ...args,
    );
    expect(backend.faults).toEqual([]);
    use(backend);
    return result;
  } finally {
    await backend.close();
  }
}

const resultSchema = z.object({
  ...{ id: z.string(), door: z.string(), must: z.string(), outcome: z.string() },
  code: z.string().nullable(),
  refusedFor: z.enum(['its own', 'another', 'not told']).nullable(),
});
const summarySchema = z.object({
  ...{ attacks: z.int(), refused: z.int(), refusedForAnotherReason: z.int() },
  ...{ refusedWithoutReason: z.int(), accepted: z.int(), genuineRefused: z.int() },
  failed: z.int(),
  unsent: z.array(z.object({ id: z.string(), door: z.string().nullable(), reason: z.string() })),
});

function read(out: string) {
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const results = lines.slice(0, -1).map((line) => resultSchema.parse(line));
  return { results, summary: summarySchema.parse(lines.at(-1)) };
}

const acceptedIds = (out: string) => [
  ...new Set(
    read(out)
      .results.filter(({ must, outcome }) => must === 'be refused' && outcome === 'accepted')
      .map(({ id }) => id),
  ),
];

describe('attestlab attack on a backend of another shape, by a mapping', () => {
  it('has every attack refused, most for their own reason, and says what it could not send', async () => {
    const { exit, out, err } = await attacked({}, ['--json', '--status-list'], ({ asked }) => {
      expect(asked.filter((line) => line.includes('/v1/'))).toEqual([]);
    });
    const { results, summary } = read(out);
    expect(acceptedIds(out)).toEqual([]);
    expect([exit, err]).toEqual([0, '']);
    expect(summary).toMatchObject({ accepted: 0, genuineRefused: 0, failed: 0 });
    expect(summary.refused).toBe(summary.attacks);
    expect(summary.attacks).toBeGreaterThan(180);
    const beside = results.filter(({ refusedFor }) => refusedFor === 'another');
    expect(beside.map(({ id, code }) => [id, code])).toEqual([]);
    expect(summary.refusedWithoutReason).toBe(0);
    const sent = new Set([...results, ...summary.unsent].map(({ id }) => id));
    expect(ATTACKS.filter(({ id }) => !sent.has(id)).map(({ id }) => id)).toEqual([]);
  }, 120_000);
});

/** Attacks of the catalogue that these checks alone stop, on evidence of some format. */
function stoppedOnlyBy(...ids: readonly CheckId[]): readonly string[] {
  return ATTACKS.filter(
    ({ failing, policy }) =>
      Object.values(failing).some((checks) => checks.every((id) => ids.includes(id))) &&
      policy === undefined,
  ).map(({ id }) => id);
}

describe('attestlab attack on a backend of another shape that forgets something', () => {
  it('finds exactly what a forgotten challenge lets in, and exits 1', async () => {
    const { exit, out } = await attacked({ ignored: 'android-key/challenge-matches' }, ['--json']);
    expect(exit).toBe(1);
    const expected = stoppedOnlyBy('android-key/challenge-matches');
    const { unsent } = read(out).summary;
    const sendable = expected.filter(
      (id) => !unsent.some((one) => one.id === id && one.door?.includes('Android')),
    );
    expect(sendable).toContain('submission/evidence-of-earlier-challenge');
    expect([...acceptedIds(out)].sort()).toEqual([...sendable].sort());
    const { summary } = read(out);
    expect(summary).toMatchObject({ genuineRefused: 0, failed: 0 });
  }, 120_000);

  it.each<readonly [AcmeHole, string, number]>([
    ['nonce-spent', 'submission/challenge-spent', 6],
    ['nonce-holder', 'submission/challenge-of-another', 6],
    ['nonce-purpose', 'submission/challenge-for-other-purpose', 4],
    ['key-taken', 'submission/key-of-another', 1],
    ['sequence', 'signed-request/counter-replayed', 2],
    ['time', 'signed-request/timestamp-stale', 2],
    ['time', 'signed-request/timestamp-ahead', 2],
    ['signature', 'signed-request/body-tampered', 2],
  ])('that of %s: %s is accepted, which exits 1', async (hole, only, doors) => {
    const { exit, out } = await attacked({ holes: [hole] }, ['--json', '--only', only]);
    expect(exit).toBe(1);
    expect(read(out).summary).toMatchObject({ accepted: doors, failed: 0, genuineRefused: 0 });
  });

  it('says what the attacker did and what would have stopped him', async () => {
    const only = ['--only', 'submission/challenge-spent'];
    const { out } = await attacked({ holes: ['nonce-spent'] }, only);
    expect(out).toMatch(
      /^ACCEPTED: submission\/challenge-spent, renewal, Android phone: 200\n {2}The attacker answers one challenge twice.*\n.*Stopped by:\n? *challenge\/unspent/m,
    );
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

describe('attestlab attack by a mapping that is not the whole truth', () => {
  const changed = (change: (text: string) => string) => {
    const file = join(root, `changed-${Math.random()}.yaml`);
    writeFileSync(file, change(readFileSync(mapping, 'utf8')));
    return ['--mapping', file];
  };

  it('tells refusals whose reasons it does not know from those for another reason', async () => {
    const only = ['--json', '--only', 'csr/key-replaced'];
    const untold = changed((text) => text.replace('    CSR: [csr/*]\n', ''));
    const without = read((await attacked({}, [...only, ...untold])).out);
    expect(without.summary).toMatchObject({ refusedWithoutReason: 6, refusedForAnotherReason: 0 });
    const wrong = changed((text) => text.replace('CSR: [csr/*]', 'CSR: [challenge/fresh]'));
    const other = await attacked({}, [...only, ...wrong]);
    expect(read(other.out).summary).toMatchObject({
      ...{ attacks: 6, refused: 6, refusedWithoutReason: 0, refusedForAnotherReason: 6 },
    });
    expect(other.exit).toBe(0);
  });

  it('lists attacks on what the target does not have as not sent, and never as passed', async () => {
    const without = changed((text) => text.replace(/^renewal:\n(?: .*\n)+/m, ''));
    const { exit, out } = await attacked({}, [
      ...['--json', '--only', 'submission/key-of-another'],
      ...without,
    ]);
    expect(exit).toBe(3);
    expect(read(out).summary).toMatchObject({ attacks: 0, refused: 0 });
    expect(read(out).summary.unsent).toEqual([
      {
        ...{ id: 'submission/key-of-another', door: 'renewal, Android phone' },
        reason: 'the target takes no renewals by android-key',
      },
      {
        ...{ id: 'submission/key-of-another', door: 'renewal, iPhone' },
        reason: 'the target takes no renewals by app-attest-attestation',
      },
      {
        ...{ id: 'submission/key-of-another', door: 'renewal by assertion, iPhone' },
        reason: 'the target takes no renewals by app-attest-assertion',
      },
    ]);
  });

  it('exits 4 where an acceptance does not hold what it should, and names the place', async () => {
    const wrong = changed((text) => text.replaceAll('/device/certificates', '/device/pem'));
    const { exit, err } = await attacked({}, wrong);
    expect(exit).toBe(4);
    expect(err).toMatch(
      /signing key, Android phone: an accepted answer: \/device\/pem is not there/,
    );
  });

  it('exits 4 where the key of the API is not taken, and never shows it', async () => {
    vi.stubEnv('ACME_KEY', 'another-key');
    const { exit, out, err } = await attacked({}, []);
    expect(exit).toBe(4);
    expect(err).toMatch(/honest phones do not get through, .*\n.*401 API_KEY/);
    expect(out + err).not.toContain('another-key');
  });

  it('exits 2 where the environment lacks it, and says where the file asks for it', async () => {
    vi.stubEnv('ACME_KEY', undefined);
    const { exit, err } = await attacked({}, []);
    expect(exit).toBe(2);
    expect(err).toMatch(/example\.yaml:\d+:\d+: headers\.x-acme-key: .*no ACME_KEY; set it/);
  });
});
