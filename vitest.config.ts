import { defineConfig } from 'vitest/config';

const REAL = { testTimeout: 300_000, hookTimeout: 300_000 };
/** Tests that compare times, apply loads or bring up whole systems: each has the machine for itself. */
const ALONE = [
  'tests/e2e/{act,chaos,checks,compose,examples,loads}/**/*.test.ts',
  'tests/e2e/actions/root.test.ts',
  'tests/e2e/cli/{faults,loads,resources,thresholds}.test.ts',
];

// Four projects: unit (beside the code), contract (one suite per plugin kind), e2e (real processes, two files at a time),
// alone (real engines, real runners, loads: one file at a time).
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
      { test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], exclude: ALONE, ...REAL, maxWorkers: 2 } },
      { test: { name: 'alone', include: ALONE, ...REAL, fileParallelism: false } },
    ],
  },
});
