import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { productRoot } from '../harness/product.js';

const entrySchema = z.looseObject({
  version: z.string(),
  integrity: z.string().exactOptional(),
  hasInstallScript: z.boolean().exactOptional(),
});

const lockText = readFileSync(join(productRoot, 'package-lock.json'), 'utf8');
const { packages } = z
  .looseObject({ packages: z.record(z.string(), entrySchema) })
  .parse(JSON.parse(lockText));
const installed = Object.entries(packages).filter(([path]) => path !== '');

const manifest = z
  .looseObject({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(JSON.parse(readFileSync(join(productRoot, 'package.json'), 'utf8')));

describe('the lock file', () => {
  it('records no address to download from', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(lockText).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/);
  });

  it('pins every package by its digest', () => {
    expect(installed.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
  });
});

describe('package.json', () => {
  it('names every dependency in one exact version', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('lets no dependency run a script when it is installed', () => {
    const withScript = installed
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.split('node_modules/').at(-1) ?? path);
    const denied = new Map(Object.entries(manifest.allowScripts));
    expect(withScript.filter((name) => denied.get(name) !== false)).toEqual([]);
  });
});
