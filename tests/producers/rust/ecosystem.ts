import { counts, type Ecosystem, type Producer } from '../ecosystem.ts';
import { coverage } from './coverage.ts';

const LIB = '--no-fail-fast --lib --test basket';
const MIXED = counts({ passed: 7, failed: 6, skipped: 2 });
const SAID = 'test result: FAILED. 6 passed; 5 failed; 2 ignored;';
const JSON_FORMAT = '-Zunstable-options --format json';
const doc = 'cd shop && cargo test --doc > ../doc.txt; cat ../doc.txt';
const nextest = 'cd shop && rm -f ../seen-*; cargo nextest run --no-fail-fast';
const retries = `${nextest} --retries 2 --test basket --test flaky; cp target/nextest/default/junit.xml ../nextest-retries.xml`;

const cargoTest: readonly Producer[] = [
  {
    name: 'cargo test',
    version: 'cargo --version',
    fixtures: [
      { ...text('cargo-test', LIB), said: SAID, ...MIXED },
      { ...text('cargo-test-pass', '', 'passing'), ...counts({ passed: 2, skipped: 1 }) },
      {
        to: 'results/libtest/cargo-test-doc.txt',
        run: doc,
        from: 'doc.txt',
        said: '1 passed; 1 failed; 1 ignored',
        ...counts({ passed: 1, failed: 1, skipped: 1 }),
      },
      {
        ...text('cargo-test-abort', '--test aborts -- --test-threads=1'),
        ...counts({ passed: 1, errors: 1 }),
        gap: 'truncated',
        why: 'a test aborts the process',
      },
      {
        to: 'results/libtest/cargo-test-log.txt',
        run: `cd shop && cargo test ${LIB} > ../log.txt 2>&1; cat ../log.txt`,
        from: 'log.txt',
        said: SAID,
        ...MIXED,
        why: 'as a CI log has it: what cargo and the tests print to both streams',
      },
      {
        to: 'results/libtest/cargo-test-broken.txt',
        run: 'cd broken && cargo test > ../broken.txt 2>&1; cat ../broken.txt',
        from: 'broken.txt',
        said: 'could not compile',
        ...counts({}),
        gap: 'not-started',
      },
    ],
  },
  {
    name: 'libtest',
    version: 'rustc --version',
    fixtures: [
      { ...json('libtest', `${LIB} -- ${JSON_FORMAT} --report-time`), ...MIXED },
      { ...json('libtest-pass', `-- ${JSON_FORMAT}`, 'passing'), ...counts({ passed: 2, skipped: 1 }) },
      {
        ...json('libtest-abort', `--test aborts -- ${JSON_FORMAT} --test-threads=1`),
        ...counts({ passed: 1, errors: 1 }),
        gap: 'truncated',
        why: 'a test that began never ends',
      },
      {
        to: 'results/junit/libtest.xml',
        run: 'cd shop && RUSTC_BOOTSTRAP=1 cargo test --lib -- -Zunstable-options --format junit > ../libtest.xml',
        from: 'libtest.xml',
        ...counts({ passed: 6, failed: 5 }),
        disagreements: [
          { scope: 'suite "test"', what: 'tests', declared: 13, counted: 11 },
          { scope: 'suite "test"', what: 'skipped', declared: 2, counted: 0 },
        ],
        why: 'ignored tests are in the numbers of the report alone',
      },
    ],
  },
  {
    name: 'cargo-nextest',
    version: 'cargo nextest --version',
    fixtures: [
      {
        to: 'results/junit/nextest-retries.xml',
        run: retries,
        from: 'nextest-retries.xml',
        said: '5 tests run: 3 passed (1 flaky), 2 failed',
        ...counts({ passed: 3, failed: 2, flaky: 1, runs: 10 }),
      },
      {
        to: 'results/junit/nextest-mixed.xml',
        run: `${nextest} --lib --test basket; cp target/nextest/default/junit.xml ../nextest-mixed.xml`,
        from: 'nextest-mixed.xml',
        said: '13 tests run: 7 passed, 6 failed, 2 skipped',
        ...counts({ passed: 7, failed: 6 }),
        why: 'ignored tests are not in the report',
      },
      {
        to: 'results/junit/nextest-abort.xml',
        run: `${nextest} --test aborts; cp target/nextest/default/junit.xml ../nextest-abort.xml`,
        from: 'nextest-abort.xml',
        said: '2 tests run: 1 passed, 1 failed',
        ...counts({ passed: 1, failed: 1 }),
      },
      {
        to: 'results/junit/nextest-timeout.xml',
        run: `${nextest} --test slow --profile slow; cp target/nextest/slow/junit.xml ../nextest-timeout.xml`,
        from: 'nextest-timeout.xml',
        said: '1 test run: 0 passed, 1 timed out',
        ...counts({ failed: 1 }),
      },
      {
        to: 'results/junit/nextest-pass.xml',
        run: 'cp -r shop/.config passing/ && cd passing && cargo nextest run && cp target/nextest/default/junit.xml ../nextest-pass.xml',
        from: 'nextest-pass.xml',
        said: '2 tests run: 2 passed, 1 skipped',
        ...counts({ passed: 2 }),
        why: 'ignored tests are not in the report',
      },
      {
        to: 'results/libtest/nextest.ndjson',
        run: 'cd shop && NEXTEST_EXPERIMENTAL_LIBTEST_JSON=1 cargo nextest run --test-threads 1 --no-fail-fast --lib --test basket --message-format libtest-json > ../nextest.ndjson',
        from: 'nextest.ndjson',
        ...MIXED,
      },
      {
        to: 'results/libtest/nextest-retries.ndjson',
        run: 'cd shop && rm -f ../seen-*; NEXTEST_EXPERIMENTAL_LIBTEST_JSON=1 cargo nextest run --no-fail-fast --retries 2 --test flaky --message-format libtest-json > ../nextest-retries.ndjson',
        from: 'nextest-retries.ndjson',
        ...counts({ passed: 2, failed: 1, flaky: 1, runs: 6 }),
        why: 'an attempt is told by its number alone',
      },
      {
        to: 'results/libtest/nextest-interleaved.ndjson',
        run: 'cd shop && NEXTEST_EXPERIMENTAL_LIBTEST_JSON=1 cargo nextest run --no-fail-fast --test-threads 4 --lib --test basket --message-format libtest-json > ../nextest-interleaved.ndjson',
        from: 'nextest-interleaved.ndjson',
        ...MIXED,
        why: 'one binary ends while another goes on, which is told in two suites',
      },
    ],
  },
];

export const ecosystem: Ecosystem = {
  name: 'rust',
  install:
    'cargo install --locked --root . cargo-nextest@0.9.151 && cargo install --locked --root . cargo-llvm-cov@0.9.1 && cargo install --locked --root . cargo-tarpaulin@0.37.5 && rustup component add llvm-tools',
  producers: [...cargoTest, ...coverage],
};

function text(name: string, args: string, crate = 'shop') {
  return {
    to: `results/libtest/${name}.txt`,
    run: `cd ${crate} && cargo test ${args} > ../${name}.txt; cat ../${name}.txt`,
    from: `${name}.txt`,
  };
}

function json(name: string, args: string, crate = 'shop') {
  return {
    to: `results/libtest/${name}.ndjson`,
    run: `cd ${crate} && RUSTC_BOOTSTRAP=1 cargo test ${args} > ../${name}.ndjson`,
    from: `${name}.ndjson`,
  };
}
