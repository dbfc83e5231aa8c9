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
const { scripts, engines, dependencies } = z
  .looseObject({
    scripts: z.record(z.string(), z.string()),
    engines: z.object({ node: z.string() }),
    dependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(join(productRoot, 'package.json'), 'utf8')));
const { oldest, newest } = z
  .strictObject({ oldest: z.string(), newest: z.string() })
  .parse(JSON.parse(readFileSync(join(productRoot, 'tools/node-versions.json'), 'utf8')));

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

describe('the table of what it runs on', () => {
  const rows = readme
    .slice(readme.indexOf('## What it runs on'), readme.indexOf('## Commands'))
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const nodes = rows.filter(([, part = '']) => part.startsWith('Node '));
  const ranges = engines.node.split(' || ');

  it('states the versions of Node that the package asks for', () => {
    expect(nodes.map(([, , supported]) => supported)).toEqual(ranges.map((one) => `\`${one}\``));
    const majors = nodes.map(([, part = '']) => /^Node (\d+)/.exec(part)?.[1]);
    expect(majors).toEqual(ranges.map((range) => /\d+/.exec(range)?.[0]));
  });

  it('names the versions that are tested where their ranges are', () => {
    expect(nodes.at(0)?.at(3)).toMatch(`${oldest}, the oldest`);
    expect(nodes.at(-1)?.at(3)).toMatch(`${newest}, the newest`);
    const between = nodes.slice(1, -1).map(([, , , tested]) => tested ?? '');
    expect(between.filter((tested) => !tested.startsWith('not by itself'))).toEqual([]);
  });

  it('tests the lowest version of the lowest range, and one of the open range', () => {
    expect(ranges.at(0)).toBe(`^${oldest}`);
    expect(ranges.at(-1)).toMatch(/^>=\d+\.0\.0$/);
    const [floor = Infinity, tested = 0] = [ranges.at(-1), newest].map((version) =>
      Number(/\d+/.exec(version ?? '')?.[0]),
    );
    expect(tested).toBeGreaterThanOrEqual(floor);
  });

  it('is what the whole check runs', () => {
    const everything = readFileSync(join(productRoot, '.ci/run'), 'utf8');
    expect(everything).toMatch(/^part '[^']+' node tools\/node-versions\.mjs$/m);
  });

  it('states the Appium that the package brings', () => {
    const major = dependencies['appium']?.split('.')[0] ?? '';
    expect(rows.find(([, part]) => part === 'Appium')?.[2]).toMatch(new RegExp(`^${major},`));
  });
});
