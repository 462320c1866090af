import type { ExpectedCoverage, ExpectedResults } from './expected.ts';

/** Producers that share a scratch folder and an installation: `tests/producers/<name>/ecosystem.ts` exports one as `ecosystem`. */
export interface Ecosystem {
  readonly name: string;
  /** Shell that installs the pinned producers; runs once in the scratch folder, which holds a copy of `samples/`. */
  readonly install: string;
  readonly producers: readonly Producer[];
}

export interface Producer {
  readonly name: string;
  /** Shell that prints the version somewhere: the first thing that looks like one is recorded. */
  readonly version: string;
  readonly fixtures: readonly ProducedFixture[];
}

/** Shell that writes one fixture. */
interface Produced {
  /** Below `src/`, with the `fixtures` folder left out: `results/junit/pytest-crash.xml`. */
  readonly to: string;
  /**
   * Runs in the scratch folder. Its exit code is not looked at: most samples fail on purpose.
   * The same command of several fixtures runs once.
   */
  readonly run: string;
  /** The file that it writes, relative to the scratch folder; what it prints otherwise. */
  readonly from?: string;
  /** What it must print: the producer's own summary, the proof of the numbers. */
  readonly said?: string;
  /** Why the numbers are these. */
  readonly why?: string;
}

type Told<T> = Omit<T, 'producer' | 'version' | 'unverified' | 'why' | 'said'>;

export type ProducedFixture = Produced & (Told<ExpectedResults> | Told<ExpectedCoverage>);

/** Counts in the order in which they are told. A flaky test is in `passed` too. */
export function counts(told: Partial<ExpectedResults['counts']> & { readonly runs?: number }): Pick<ExpectedResults, 'counts'> {
  const { passed = 0, failed = 0, errors = 0, skipped = 0, flaky = 0 } = told;
  const tests = passed + failed + errors + skipped;
  return { counts: { tests, runs: told.runs ?? tests, passed, failed, errors, skipped, flaky } };
}
