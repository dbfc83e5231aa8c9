import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePemCertificate } from '../encoding/pem.js';
import {
  keyRequest,
  testAndroid,
  TEST_NOW,
} from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { command } from './testing/captured-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-corpus-'));

/** A chain of a virtual vendor, which the shipped anchors refuse. */
const entry = {
  id: 'virtual-vendor',
  kind: 'android-key-attestation',
  files: ['chain.pem'],
  inputs: { challengeHex: '07', verificationTime: TEST_NOW.toISOString() },
  expected: { verdict: 'reject', reason: 'untrusted-root' },
};

function manifest(name: string, ...vectors: readonly object[]): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ format: 1, vectors }));
  return file;
}

beforeAll(async () => {
  const key = await testAndroid().generate(keyRequest({ challenge: Uint8Array.of(7) }));
  const pem = (key.attestationChain ?? []).map(encodePemCertificate).join('');
  writeFileSync(join(folder, 'chain.pem'), pem);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('attestlab corpus run', () => {
  it('exits 0 where every vector agrees, with a JSON line a case and a summary', async () => {
    const { exit, out } = await command('corpus', 'run', manifest('good.json', entry), '--json');
    const [first = '', last = '', ...more] = out.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(first)).toMatchObject({
      id: 'virtual-vendor',
      variant: null,
      kind: 'android-key-attestation',
      expected: { verdict: 'reject', reason: 'untrusted-root' },
      actual: { verdict: 'rejected', reason: 'untrusted-root' },
      agree: true,
    });
    expect(JSON.parse(last)).toEqual({ summary: { agree: 1, disagree: 0, unsupported: 0 } });
    expect(exit).toBe(0);
  });

  it('exits 1 on a disagreement and shows both sides', async () => {
    const wrong = { ...entry, expected: { verdict: 'accept' } };
    const { exit, out } = await command('corpus', 'run', manifest('wrong.json', wrong));
    expect(exit).toBe(1);
    expect(out).toMatch(/^DISAGREES virtual-vendor\n +expected: accept\n +actual: rejected/);
    expect(out).toMatch(/\n0 agree, 1 disagree, 0 unsupported\n$/);
  });

  it('also disagrees where the verdict is right for another reason', async () => {
    const other = { ...entry, expected: { verdict: 'reject', reason: 'revoked' } };
    expect((await command('corpus', 'run', manifest('other.json', other))).exit).toBe(1);
  });

  it('runs only the vectors that are named, and refuses a name that is none', async () => {
    const wrong = { ...entry, id: 'wrong', expected: { verdict: 'accept' } };
    const file = manifest('two.json', entry, wrong);
    expect((await command('corpus', 'run', file, '--only', 'virtual-vendor')).exit).toBe(0);
    const { exit, err } = await command('corpus', 'run', file, '--only', 'virtual-vendor', 'none');
    expect(exit).toBe(2);
    expect(err).toMatch(/two\.json: no vector has the id "none"/);
  });

  it('exits 3 where a vector is not understood: it has not been judged', async () => {
    const { exit, out } = await command(
      ...['corpus', 'run', manifest('unknown.json', entry, { ...entry, id: 'other', extra: 1 })],
    );
    expect(exit).toBe(3);
    expect(out).toMatch(/unsupported other\n/);
    expect(out).toMatch(/\n1 agree, 0 disagree, 1 unsupported\n$/);
  });

  it('exits 2 and names the file of a manifest that is none', async () => {
    const file = join(folder, 'none.json');
    writeFileSync(file, '{"format": 2, "vectors": []}');
    const { exit, err } = await command('corpus', 'run', file);
    expect(exit).toBe(2);
    expect(err).toMatch(/none\.json: /);
  });
});
