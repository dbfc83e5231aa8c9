import { defineConfig } from 'vitest/config';

// vitest loads its configuration through a default export only.
export default defineConfig({
  // Examples import the package as its users do; tests run them on the sources.
  resolve: {
    alias: {
      'attestlab/verifier': new URL('harness/library/verifier.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['harness/**/*.test.ts', 'scenarios/**/*.test.ts', 'tools/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
