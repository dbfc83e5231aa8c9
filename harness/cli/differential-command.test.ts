import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answering, scriptAdapter } from '../corpus/differential/testing/script-adapter.js';
import { encodePemCertificate } from '../encoding/pem.js';
import { productRoot } from '../product.js';
import {
  keyRequest,
  testAndroid,
  TEST_NOW,
} from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { command } from './testing/captured-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-differential-'));
const folders = [folder];
const CSR = ['csr/passing/p-256', 'csr/sole-failure/signature-verifies/other-key'];

afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true });
});

function adapter(body: string): string {
  const made = scriptAdapter(body);
  folders.push(made.folder);
  return `'${process.execPath}' '${made.script}'`;
}

const accepting = (): string => adapter(answering("'accepted'"));

describe('attestlab differential', () => {
  it('shows a disagreement with both sides’ words, and exits 0: it is information', async () => {
    const { exit, out } = await command(
      ...['differential', '--adapter', accepting(), '--vector', ...CSR],
    );
    expect(out).toMatch(
      /\n {2}FALSE ACCEPT csr\/sole-failure\/signature-verifies\/other-key\n {4}theirs: accepted: said so\n {4}ours: rejected: csr\/signature-verifies\n/,
    );
    expect(out).toMatch(/\n {2}csr: 1 agree, 1 false accepts, 0 false rejects, 0 unsupported\n/);
    expect(out).toMatch(/\nours: agrees with each of 2 vectors\n$/);
    expect(exit).toBe(0);
  });

  it('exits 1 on it with --strict', async () => {
    const args = ['--adapter', accepting(), '--vector', ...CSR, '--strict'];
    expect((await command('differential', ...args)).exit).toBe(1);
  });

  it('writes a JSON line a comparison, then a summary', async () => {
    const { out } = await command(
      ...['differential', '--adapter', accepting(), '--json', '--vector', ...CSR],
    );
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({
      ...{ id: 'csr/passing/p-256', format: 'csr', variant: null, outcome: 'agree' },
      theirs: { verdict: 'accepted', reason: 'said so' },
    });
    expect(lines[2]).toMatchObject({ missing: [], broken: [], ours: [] });
  });

  it('exits 4 where an adapter breaks, and still asks the others', async () => {
    const broken = adapter('process.exit(3);');
    const { exit, out, err } = await command(
      ...['differential', '--adapter', broken, accepting(), '--vector', ...CSR],
    );
    expect(err).toMatch(/ended with 3\n/);
    expect(out).toMatch(/csr: 1 agree, 1 false accepts/);
    expect(exit).toBe(4);
  });

  it('takes a manifest, in which what the corpus says is right and not what we say', async () => {
    const key = await testAndroid().generate(keyRequest({ challenge: Uint8Array.of(7) }));
    const pem = (key.attestationChain ?? []).map(encodePemCertificate).join('');
    writeFileSync(join(folder, 'chain.pem'), pem);
    const inputs = { challengeHex: '07', verificationTime: TEST_NOW.toISOString() };
    const vector = {
      ...{ id: 'virtual', kind: 'android-key-attestation', files: ['chain.pem'], inputs },
      expected: { verdict: 'accept' },
    };
    const manifest = join(folder, 'manifest.json');
    writeFileSync(manifest, JSON.stringify({ format: 1, vectors: [vector] }));
    const { exit, out } = await command('differential', manifest, '--adapter', accepting());
    expect(out).toMatch(
      /\nours: disagrees with 1 vectors\n {2}DISAGREES virtual: .*anchor-trusted/,
    );
    expect(exit).toBe(1);
  });

  it.each([
    ['a manifest that is not there', ['/nowhere.json']],
    ['a peer that is none', ['--only', 'somebody']],
    ['a vector that is none', ['--vector', 'csr/none']],
    ['an address that is none', ['--url', 'ftp://example.com']],
    ['a header that is none', ['--url', 'http://127.0.0.1:1', '--header', 'one']],
    ['a status that means nothing', ['--url', 'http://127.0.0.1:1', '--status', '200=good']],
    ['a time that is none', ['--timeout-ms', '0']],
  ])('exits 2 on %s', async (_, args) => {
    expect((await command('differential', ...args)).exit).toBe(2);
  });

  it('tests an adapter by the rules, and exits 1 where it breaks one', async () => {
    const { exit, out } = await command(
      ...['differential', '--conformance', '--adapter', accepting()],
    );
    expect(out).toMatch(/\n {2}kept {4}accepts a good vector of csr\n/);
    expect(out).toMatch(/\n {2}BROKEN {2}rejects a forged vector of csr: said of/);
    expect(exit).toBe(1);
  });
});

const built = join(productRoot, 'dist/harness/corpus/differential/adapters/main.js');

// A library peer runs as users have it: compiled, in a process of its own.
describe.skipIf(!existsSync(built))('attestlab differential with a shipped peer (built)', () => {
  let result: Awaited<ReturnType<typeof command>>;

  beforeAll(async () => {
    const wanted = ['--only', 'node-app-attest', '--strict', '--conformance'];
    result = await command('differential', ...wanted);
  });

  it('finds that its adapter keeps every rule', () => {
    expect(result.out).toMatch(/^node-app-attest 1\.0\.1\n/);
    expect(result.out).toMatch(/kept {4}rejects a forged vector of app-attest-assertion\n/);
    expect(result.out).not.toMatch(/BROKEN/);
    expect(result.exit).toBe(0);
  });
});
