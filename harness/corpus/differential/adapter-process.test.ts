import { rmSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startAdapter, type AdapterProcess } from './adapter-process.js';
import { conform } from './conformance.js';
import { ownCorpus, readQuestions, type Question } from './questions.js';
import { answering, scriptAdapter } from './testing/script-adapter.js';

const folders: string[] = [];
let csr: readonly Question[] = [];

beforeAll(() => {
  csr = ownCorpus()
    .filter((file) => file.endsWith('csr.json'))
    .flatMap((file) => readQuestions(file));
});

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function start(body: string, { after = '', timeoutMs = 20_000 } = {}): AdapterProcess {
  const { folder, script } = scriptAdapter(body, after);
  folders.push(folder);
  return startAdapter({ name: 'small', command: process.execPath, args: [script], timeoutMs });
}

function first(): Question['vector'] {
  const [question] = csr;
  if (question === undefined) throw new Error('the corpus has no request');
  return question.vector;
}

describe('an adapter behind stdin and stdout', () => {
  it('answers a vector with its id, a verdict and its words, and ends with its input', async () => {
    const adapter = start(answering("'accepted'"));
    const vector = first();
    expect(await adapter.ask(vector)).toEqual({
      id: vector.id,
      verdict: 'accepted',
      reason: 'said so',
    });
    await expect(adapter.close()).resolves.toBeUndefined();
  });

  it.each([
    [
      'is answered under another id',
      "say({ id: 'other', verdict: 'accepted', reason: '' });",
      {},
      /answers to csr\/.* as "other"/,
    ],
    [
      'is answered by no JSON',
      "process.stdout.write('Listening...\\n');",
      {},
      /is no JSON: Listening/,
    ],
    [
      'is answered by another verdict',
      "say({ id: 'x', verdict: 'maybe', reason: '' });",
      {},
      /a result does not fit: verdict/,
    ],
    [
      'kills it',
      "process.stderr.write('out of luck'); process.exit(3);",
      {},
      /ended with 3; its stderr: out of luck/,
    ],
    ['is not answered in time', '', { timeoutMs: 300 }, /no result within 300 ms/],
  ])('breaks where a vector %s', async (_, body, options, message) => {
    const adapter = start(body, options);
    await expect(adapter.ask(first())).rejects.toMatchObject({
      code: 'ERR_ADAPTER',
      message: expect.stringMatching(message) as string,
    });
    await adapter.close().catch(() => undefined);
  });

  it('breaks where it cannot be started', async () => {
    const command = { name: 'none', command: '/nowhere/adapter', args: [], timeoutMs: 5000 };
    await expect(startAdapter(command).ask(first())).rejects.toThrow(/cannot be started: .*ENOENT/);
  });

  it.each([
    ['ends with an error', 'process.exitCode = 5;', /ended with 5/],
    ['says more than it was asked', 'say({});', /wrote a line that nothing asked for/],
  ])('breaks where it %s at the end', async (_, after, message) => {
    const adapter = start(answering("'accepted'"), { after });
    await adapter.ask(first());
    await expect(adapter.close()).rejects.toThrow(message);
  });
});

describe('the conformance test', () => {
  const problems = async (body: string): Promise<readonly string[]> => {
    const adapter = start(body);
    const findings = await conform(adapter, csr.concat(others()));
    await adapter.close();
    return findings.filter(({ problem }) => problem !== null).map(({ rule }) => rule);
  };
  // The verdicts of a conforming adapter are not all the same; this one knows the answers by heart.
  const byHeart = (): string => {
    const good = csr.filter(({ expected }) => expected.isAccepted).map(({ id }) => id);
    return answering(`${JSON.stringify(good)}.includes(vector.id) ? 'accepted' : 'rejected'`);
  };
  const others = (): readonly Question[] =>
    ownCorpus()
      .filter((file) => file.endsWith('app-attest-assertion.json'))
      .flatMap((file) => readQuestions(file));

  it('passes an adapter that judges one format and keeps the rules', async () => {
    expect(await problems(byHeart())).toEqual([]);
  });

  it('finds an adapter that accepts everything', async () => {
    expect(await problems(answering("'accepted'"))).toEqual(['rejects a forged vector of csr']);
  });

  it('finds an adapter that accepts nothing', async () => {
    expect(await problems(answering("'rejected'"))).toEqual(['accepts a good vector of csr']);
  });

  it('finds an adapter that judges nothing', async () => {
    expect(await problems(answering("'unsupported'"))).toEqual(['judges at least one format']);
  });

  it('finds an adapter that rejects what it does not know', async () => {
    const body = byHeart().replace(
      ": 'unsupported', reason: 'said so'",
      ": 'rejected', reason: ''",
    );
    expect(await problems(body)).toEqual([
      'accepts a good vector of app-attest-assertion',
      'says unsupported, with its id, of a format that it does not know',
    ]);
  });

  it('finds an adapter that calls a malformed line bad evidence', async () => {
    const body = byHeart().replace("'unsupported', reason: 'no JSON'", "'rejected', reason: ''");
    expect(await problems(body)).toEqual([
      'says unsupported, with the id null, of a line that is no JSON',
    ]);
  });
});
