import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['grader/**/*.test.ts', 'reference/**/*.test.ts', 'fixtures/**/*.test.ts'],
    // Programs are started and waited for; a machine under load must not fail a test by being slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['grader/**/*.ts', 'reference/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reportsDirectory: '.coverage',
      reporter: ['text-summary', 'html'],
    },
  },
});
