import { defineConfig } from 'vitest/config';

// Three projects: unit (beside the code), contract (one suite per plugin kind), e2e (real engine, real runner).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/fakes/**/*.test.ts'],
          testTimeout: 15_000,
        },
      },
      { test: { name: 'contract', include: ['tests/contracts/**/*.test.ts', 'tests/cases/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
