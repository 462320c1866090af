import { defineConfig } from 'vitest/config';

const REAL = { testTimeout: 300_000, hookTimeout: 300_000 };
/** Tests that compare times or loads: each has the machine for itself. */
const MEASURING = [
  'tests/e2e/loads/**/*.test.ts',
  'tests/e2e/act/**/*.test.ts',
  'tests/e2e/compose/{speed,resources}.test.ts',
  'tests/e2e/cli/{loads,resources,thresholds}.test.ts',
];

// Four projects: unit (beside the code), contract (one suite per plugin kind), e2e (real engine, real runner, two files at a time),
// measured (the same, one at a time).
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
      { test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], exclude: MEASURING, ...REAL, maxWorkers: 2 } },
      { test: { name: 'measured', include: MEASURING, ...REAL, fileParallelism: false } },
    ],
  },
});
