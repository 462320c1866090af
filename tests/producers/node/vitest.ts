import { counts, type Producer } from '../ecosystem.ts';
import { npmVersion } from './npm.ts';

const EXCLUDE = "--exclude 'pass/**' --exclude 'crash/**' --exclude 'rejection/**'";
const mixed = run('mixed', EXCLUDE);
const pass = run('pass', 'pass');
const crash = run('crash', 'crash');
const rejection = run('rejection', 'rejection');

const MIXED = 'Tests 14 failed | 11 passed | 1 expected fail | 4 skipped | 1 todo (31)';
const PASS = 'Tests 3 passed (3)';
const BESIDE = 'beside the 31 tests, four files that cannot be loaded or end badly';
const RETRIED = 'two tests pass at their second and third attempt, one fails three times';
const PLAIN = `${BESIDE}, and a beforeAll that fails`;

export const vitest: readonly Producer[] = [
  {
    name: 'vitest',
    version: 'vitest --version',
    fixtures: [
      {
        to: 'results/junit/vitest-mixed.xml',
        run: mixed,
        from: 'vitest/out/mixed.xml',
        said: MIXED,
        ...counts({ passed: 12, failed: 19, skipped: 5 }),
        why: PLAIN,
      },
      { to: 'results/junit/vitest-pass.xml', run: pass, from: 'vitest/out/pass.xml', said: PASS, ...counts({ passed: 3 }) },
      { to: 'results/junit/vitest-crash.xml', run: crash, from: 'vitest/out/crash.xml', ...counts({ passed: 5, failed: 1 }) },
      {
        to: 'results/jest/vitest.json',
        run: mixed,
        from: 'vitest/out/mixed.json',
        said: MIXED,
        ...counts({ passed: 12, failed: 14, errors: 4, skipped: 5, flaky: 2, runs: 38 }),
        why: `${BESIDE}; ${RETRIED}, and is told as one run with three errors`,
      },
      { to: 'results/jest/vitest-pass.json', run: pass, from: 'vitest/out/pass.json', said: PASS, ...counts({ passed: 3 }) },
      { to: 'results/jest/vitest-crash.json', run: crash, from: 'vitest/out/crash.json', ...counts({ passed: 5, failed: 1 }) },
      {
        to: 'results/jest/vitest-rejection.json',
        run: rejection,
        from: 'vitest/out/rejection.json',
        ...counts({ passed: 1 }),
        why: 'an unhandled rejection fails the run: only the exit code of vitest tells of it',
      },
      {
        to: 'results/tap/vitest.tap',
        run: mixed,
        from: 'vitest/out/mixed.tap',
        said: MIXED,
        ...counts({ passed: 12, failed: 19, skipped: 5 }),
        why: PLAIN,
      },
      {
        to: 'results/tap/vitest-flat.tap',
        run: mixed,
        from: 'vitest/out/mixed-flat.tap',
        said: MIXED,
        ...counts({ passed: 12, failed: 17, skipped: 5 }),
        why: 'beside the 31 tests, three files that cannot be loaded; hooks of a file or a suite that fail are not told',
      },
      { to: 'results/tap/vitest-pass.tap', run: pass, from: 'vitest/out/pass.tap', said: PASS, ...counts({ passed: 3 }) },
    ],
  },
  {
    name: '@d2t/vitest-ctrf-json-reporter',
    version: npmVersion('@d2t/vitest-ctrf-json-reporter'),
    fixtures: [
      {
        to: 'results/ctrf/vitest.json',
        run: mixed,
        from: 'vitest/out/mixed.ctrf.json',
        said: MIXED,
        ...counts({ passed: 12, failed: 14, skipped: 5, flaky: 2, runs: 36 }),
        why: 'the reporter leaves out files that cannot be loaded: only the exit code of vitest tells of them',
      },
    ],
  },
];

function run(name: string, args: string): string {
  const reporters = '--reporter=default --reporter=junit --reporter=json --reporter=@d2t/vitest-ctrf-json-reporter';
  const files = `--outputFile.junit=out/${name}.xml --outputFile.json=out/${name}.json`;
  // The TAP reporters print: they share a run with nobody.
  const tap = `vitest run --dir . ${args} --reporter=tap > out/${name}.tap; vitest run --dir . ${args} --reporter=tap-flat > out/${name}-flat.tap`;
  return `cd vitest && mkdir -p out; vitest run --dir . ${args} ${reporters} ${files}; mv ctrf/ctrf-report.json out/${name}.ctrf.json; ${tap}`;
}
