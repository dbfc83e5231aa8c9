import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { productRoot } from '../harness/product.js';
import { importsOf } from './testing/imports.js';

/** Modules of this repository that are loaded with `entry`, whatever it then does. */
function loadedWith(entry: string): readonly string[] {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { specifier, isTypeOnly, isDynamic } of importsOf(productRoot, file)) {
      if (isTypeOnly || isDynamic || !specifier.startsWith('.')) continue;
      const target = normalize(join(dirname(file), specifier.replace(/\.js$/, '.ts')));
      if (existsSync(join(productRoot, target))) load(target);
    }
  };
  load(entry);
  return [...loaded];
}

// Every phone has a worker, and all of them start at the same time: what each loads is paid for as
// often as there are phones, before any of them does anything.
it.each(['harness/run/worker.ts', 'harness/run/standalone.ts'])(
  '%s loads nothing of what only a run, a package or a model of a phone needs',
  (entry) => {
    const heavy =
      /^harness\/(?:app-package|interception|trust|farm|run\/(?:compose|run)\.ts|virtual-lab\/secure-hardware)/;
    const loaded = loadedWith(entry);
    expect(loaded.length).toBeGreaterThan(3);
    expect(loaded.filter((file) => heavy.test(file))).toEqual([]);
  },
);
