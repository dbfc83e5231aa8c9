import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { LIBRARY_PEERS } from './adapters/library-peers.js';
import { askLibrary, type LibraryPeer } from './peer.js';
import { ownCorpus, readQuestions, type Question } from './questions.js';
import { serve } from './serve.js';
import { SHIPPED_PEERS } from './shipped-peers.js';

const questions = new Map<string, Question>();
const peers = new Map<string, LibraryPeer>();

beforeAll(async () => {
  for (const question of ownCorpus().flatMap((file) => readQuestions(file)))
    questions.set(question.id, question);
  for (const [name, load] of LIBRARY_PEERS) peers.set(name, await load());
});

function vector(id: string): Question['vector'] {
  const found = questions.get(id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found.vector;
}

function peer(name: string): LibraryPeer {
  const found = peers.get(name);
  if (found === undefined) throw new Error(`no peer ${name}`);
  return found;
}

const ask = async (name: string, id: string) => {
  const { verdict, reason } = await askLibrary(peer(name), vector(id));
  return `${verdict}: ${reason}`;
};

describe('@simplewebauthn/server', () => {
  it('has no root on P-384 in its own list, as PEERS.md says', () => {
    const folder = dirname(fileURLToPath(import.meta.resolve('@simplewebauthn/server')));
    const text = readFileSync(
      join(folder, 'services', 'defaultRootCerts', 'android-key.js'),
      'utf8',
    );
    const roots = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    expect(roots.length).toBeGreaterThan(0);
    const kinds = roots.map((pem) => new X509Certificate(pem).publicKey.asymmetricKeyType);
    expect(new Set(kinds)).toEqual(new Set(['rsa']));
  });

  it.each([
    ['accepts a good chain', 'passing/rkp-chain', /^accepted/],
    [
      'refuses another challenge',
      'sole-failure/challenge-matches/last-bit',
      /^rejected: .*challenge/,
    ],
    ['refuses another key', 'sole-failure/key-matches/other-key', /^rejected: .*public key/],
    [
      'judges for the vector’s time',
      'sole-failure/not-expired/a-second-late',
      /^rejected: .*validity/,
    ],
    ['accepts the extended chain', 'sole-failure/chain-not-extended/signing-key', /^accepted/],
    ['accepts any root where none is given', 'sole-failure/anchor-trusted/no-anchors', /^accepted/],
  ])('%s', async (_, id, answer) => {
    expect(await ask('@simplewebauthn/server', `android-key/${id}`)).toMatch(answer);
  });
});

describe('node-app-attest', () => {
  it.each([
    ['accepts a good attestation', 'attestation/passing/production', /^accepted/],
    [
      'refuses another root',
      'attestation/sole-failure/anchor-trusted/no-anchors',
      /^rejected: .*Root/,
    ],
    [
      'refuses other client data',
      'attestation/sole-failure/nonce-matches/last-bit',
      /^rejected: nonce/,
    ],
    [
      'accepts an expired attestation',
      'attestation/sole-failure/not-expired/a-second-late',
      /^accepted/,
    ],
    ['accepts a good assertion', 'assertion/passing/first', /^accepted/],
    [
      'refuses the same counter',
      'assertion/sole-failure/counter-increased/same-again',
      /^rejected: .*signCount/,
    ],
    ['reads a counter as signed', 'assertion/passing/past-sign-bit', /^rejected: .*signCount/],
  ])('%s', async (_, id, answer) => {
    expect(await ask('node-app-attest', `app-attest-${id}`)).toMatch(answer);
  });

  it('is not asked to refuse production, which it cannot', async () => {
    const good = vector('app-attest-attestation/passing/development');
    const settings = { environments: ['development'] };
    const asked = { ...good, policy: { ...good.policy, settings } };
    expect((await askLibrary(peer('node-app-attest'), asked)).verdict).toBe('unsupported');
  });
});

describe('appattest-checker-node', () => {
  it.each([
    ['accepts a good attestation', 'attestation/passing/production', /^accepted/],
    ['refuses another root', 'attestation/sole-failure/anchor-trusted/no-anchors', /^rejected/],
    [
      'judges for the vector’s time',
      'attestation/sole-failure/not-expired/a-second-late',
      /^rejected/,
    ],
    [
      'takes development for production',
      'attestation/sole-failure/environment-allowed/development',
      /^accepted/,
    ],
    [
      'leaves the counter to its caller',
      'assertion/sole-failure/counter-increased/same-again',
      /^accepted/,
    ],
    [
      'refuses another key',
      'assertion/sole-failure/signature-verifies/other-key',
      /^rejected: fail_signature/,
    ],
  ])('%s', async (_, id, answer) => {
    expect(await ask('appattest-checker-node', `app-attest-${id}`)).toMatch(answer);
  });
});

describe('a library peer', () => {
  it.each(SHIPPED_PEERS.filter(({ runsOn }) => runsOn === 'node').map(({ name }) => name))(
    'leaves clock and hashes as they were: %s',
    async (name) => {
      const before = [globalThis.Date, createHash] as const;
      for (const id of [
        'android-key/passing/rkp-chain',
        'app-attest-attestation/passing/production',
      ]) {
        await askLibrary(peer(name), vector(id));
      }
      expect([globalThis.Date, createHash]).toEqual(before);
      expect(createHash('sha256').update('').digest('hex')).toMatch(/^e3b0c442/);
    },
  );

  it('judges the formats that the table of peers says, and no other', async () => {
    const claimed = SHIPPED_PEERS.filter(({ runsOn }) => runsOn === 'node');
    expect(claimed.map(({ name }) => name)).toEqual([...LIBRARY_PEERS.keys()]);
    for (const { name, formats } of claimed) {
      expect(peer(name).formats).toEqual(formats);
      const answer = await askLibrary(peer(name), vector('csr/passing/p-256'));
      expect(answer.verdict).toBe('unsupported');
    }
  });

  it('is served line by line; what is no vector is unsupported', async () => {
    const lines = [
      JSON.stringify(vector('app-attest-assertion/passing/first')),
      '{"id": "later", "format": "of-a-later-version"}',
      '{"id": 7',
    ];
    let written = '';
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written += chunk.toString('utf8');
        done();
      },
    });
    await serve(peer('node-app-attest'), {
      input: Readable.from([`${lines.join('\n')}\n`]),
      output,
    });
    expect(
      written
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { id: 'app-attest-assertion/passing/first', verdict: 'accepted' },
      { id: 'later', verdict: 'unsupported' },
      { id: null, verdict: 'unsupported' },
    ]);
  });
});
