import { counts, type ProducedFixture, type Producer } from '../ecosystem.ts';

export const MIXED = counts({ passed: 17, failed: 6, skipped: 2 });
export const PARENTS = 'tests with subtests are tests of their own, as go itself prints them';

export const goTest: readonly Producer[] = [
  {
    name: 'go test -json',
    version: 'go version',
    fixtures: [
      { ...json('basket', './basket'), ...MIXED, why: PARENTS },
      { ...json('forged', './forged'), ...counts({ passed: 2 }), why: 'what a test prints in the form of a result is none' },
      { ...json('pass', './pass'), ...counts({ passed: 4 }), why: PARENTS },
      {
        ...json('build', './broken ./vetted ./pass'),
        ...counts({ passed: 4, errors: 2 }),
        why: 'one package that does not compile and one that go vet refuses',
      },
      {
        ...json('panic', './panics'),
        ...counts({ passed: 1, failed: 2 }),
        why: 'a subtest panics and takes its parent with it; the test behind it is never reached',
      },
      {
        ...json('timeout', '-timeout 1s ./slow'),
        ...counts({ passed: 1, errors: 1 }),
        why: 'the test that was running never ends; the test behind it is never reached',
      },
      { ...json('race', '-race ./races'), ...counts({ passed: 1, failed: 1 }) },
      { ...json('fuzz', './fuzzed'), ...counts({ passed: 2, failed: 2 }), why: 'seeds are tests below their fuzz test' },
      {
        ...json('exit', './exits ./exitsmid ./initfails'),
        ...counts({ passed: 1, failed: 1, errors: 2 }),
        why: 'two packages end before their first test; one test ends the process',
      },
      { ...json('no-test-files', './empty'), ...counts({}), gap: 'zero-tests' },
      { ...json('several', './broken ./exits ./panics ./pass ./empty ./prices/...'), ...counts({ passed: 7, failed: 2, errors: 2 }) },
      {
        ...json('count-2-flaky', '-count=2 ./flaky'),
        ...counts({ passed: 5, failed: 1, flaky: 3, runs: 12 }),
        why: 'a test, a subtest and its parent pass at the second of two runs',
      },
      { ...json('bench-only', '-run=^$ -bench=. ./basket'), ...counts({ passed: 1 }), why: 'a benchmark that ends is a test that passes' },
    ],
  },
];

function json(name: string, args: string): ProducedFixture & { readonly run: string } {
  return {
    to: `results/go-json/${name}.ndjson`,
    run: `cd shop && rm -f ../seen-* && go test -json ${args} > ../${name}.ndjson`,
    from: `${name}.ndjson`,
    ...counts({}),
  };
}
