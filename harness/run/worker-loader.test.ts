import { expect, it } from 'vitest';
import { withoutTypeScriptLoader } from './worker-loader.js';

const LOADER = 'file:///lab/node_modules/tsx/dist/loader.mjs';

it.each([
  [`--import ${LOADER}`, ''],
  [` --import ${LOADER}  --import ${LOADER}`, ''],
  [
    `--enable-source-maps --loader ${LOADER} --max-old-space-size=512`,
    '--enable-source-maps --max-old-space-size=512',
  ],
  ['--import file:///lab/tsx.mjs', '--import file:///lab/tsx.mjs'],
  ['', ''],
])('of %j leaves %j', (given, left) => {
  expect(withoutTypeScriptLoader(given)).toBe(left);
});
