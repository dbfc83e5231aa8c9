import { defineConfig } from 'vitest/config';

// vitest loads its configuration through a default export only.
export default defineConfig({
  test: {
    include: ['harness/**/*.test.ts', 'scenarios/**/*.test.ts', 'tools/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
