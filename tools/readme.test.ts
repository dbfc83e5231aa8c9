import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { command } from '../harness/cli/testing/captured-terminal.js';
import { EXIT } from '../harness/errors.js';
import { productRoot } from '../harness/product.js';

const readme = readFileSync(join(productRoot, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const lines = blocks.flatMap((text) => text.split('\n').filter((line) => line !== ''));
const { scripts } = z
  .looseObject({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(productRoot, 'package.json'), 'utf8')));

describe('README.md', () => {
  const offline = lines.filter((line) => line.startsWith('npx attestlab '));

  it.each(offline)('shows a command that runs: %s', async (line) => {
    const { exit, out } = await command(...line.split(' ').slice(2));
    expect(out).not.toBe('');
    // What doctor finds is this machine's, and it says so with its exit code.
    expect(line.endsWith('doctor') ? [EXIT.passed, EXIT.usage] : [EXIT.passed]).toContain(exit);
  });

  it('names only npm scripts that there are', () => {
    const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('links only to files that there are', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(2);
    expect(links.filter((link) => !existsSync(join(productRoot, link)))).toEqual([]);
  });

  it('names every verb that the command has', async () => {
    const { out } = await command('help');
    const verbs = [...out.matchAll(/^ {2}([a-z][a-z-]+)\b/gm)].map(([, verb = '']) => verb);
    expect(verbs).toContain('nightly');
    const absent = verbs.filter((verb) => verb !== 'help' && !readme.includes(`attestlab ${verb}`));
    expect(absent).toEqual([]);
  });

  it('lists exactly the exit codes of the product', () => {
    const codes = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    expect(codes.filter((code) => code !== 70)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });
});
