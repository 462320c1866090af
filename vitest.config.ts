import { defineConfig } from 'vitest/config';

import { LongestFirst } from './scripts/longest-first.ts';

/** Real engines on a machine that others use too: what passes at a second try is told (scripts/test.ts). */
const REAL = { testTimeout: 600_000, hookTimeout: 600_000, retry: 1 };
/** Tests that bring up whole systems and mostly wait for them: two files at a time. */
const STACKS = [
  'tests/e2e/{chaos,checks,examples,golden}/**/*.test.ts',
  'tests/e2e/compose/{pitfalls,rollback,stack,taken-away}.test.ts',
  'tests/e2e/cli/{faults,thresholds}.test.ts',
  'tests/e2e/actions/root.test.ts',
  // Loads of few arrivals, of which nothing is claimed that depends on how fast the machine is.
  'tests/e2e/loads/{effects,leaks,leaks-of-example,shards,stop,workers}.test.ts',
];
/** Tests that compare times, apply loads or keep every core busy: each has the machine for itself. */
const ALONE = [
  'tests/e2e/act/**/*.test.ts',
  'tests/e2e/loads/{accuracy,detection,rag,regressions}.test.ts',
  'tests/e2e/chaos/timing.test.ts',
  'tests/e2e/cli/{loads,resources}.test.ts',
  'tests/e2e/compose/{resources,speed}.test.ts',
];

// Five projects: unit (beside the code), contract (one suite per plugin kind), e2e (real processes, two files at a time),
// stacks (real engines, two files at a time), alone (real runners, loads: one file at a time).
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/fakes/**/*.test.ts'],
          testTimeout: 60_000,
          // A process for each of 230 files costs twice what their tests do.
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['tests/contracts/**/*.test.ts', 'tests/cases/**/*.test.ts'],
          testTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      { test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], exclude: [...ALONE, ...STACKS], ...REAL, maxWorkers: 2 } },
      { test: { name: 'stacks', include: STACKS, exclude: ALONE, ...REAL, maxWorkers: 2 } },
      { test: { name: 'alone', include: ALONE, ...REAL, fileParallelism: false } },
    ],
  },
});
