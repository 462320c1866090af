import { counts, type Producer } from '../ecosystem.ts';
import { pipVersion } from './pip.ts';

const FILES = 'test_basket.py test_import.py test_syntax.py --continue-on-collection-errors';
const mixed = run('mixed', `${FILES} --ctrf mixed.json`);
const flaky = run('flaky', 'test_flaky.py --reruns 2 --ctrf flaky.json');
const pass = run('pass', 'pass --ctrf pass.json');

const MIXED = '11 failed, 15 passed, 3 skipped, 2 xfailed, 1 xpassed, 3 warnings, 5 errors';
const numbers = counts({ passed: 15, failed: 10, errors: 5, skipped: 5, runs: 36 });
const WHY =
  'what happens to a test and to its teardown is one test here and two to pytest; two files cannot be collected; xfail is skipped, xpass passed';

export const pytest: readonly Producer[] = [
  {
    name: 'pytest',
    version: 'pytest --version',
    fixtures: [
      { to: 'results/junit/pytest-mixed.xml', run: mixed, from: 'pytest/mixed.xml', said: MIXED, ...numbers, why: WHY },
      {
        to: 'results/junit/pytest-xunit1.xml',
        run: run('xunit1', `${FILES} -o junit_family=xunit1 -o junit_logging=all`),
        from: 'pytest/xunit1.xml',
        said: '11 failed, 15 passed, 3 skipped, 2 xfailed, 1 xpassed',
        ...numbers,
        why: WHY,
      },
      { to: 'results/junit/pytest-pass.xml', run: pass, from: 'pytest/pass.xml', said: '3 passed', ...counts({ passed: 3 }) },
      {
        to: 'results/junit/pytest-native-subtests.xml',
        run: run('subtests', 'test_subtests.py'),
        from: 'pytest/subtests.xml',
        said: '4 failed, 2 passed, 9 subtests passed',
        ...counts({ passed: 1, failed: 3 }),
        why: 'four tests; pytest counts subtests that fail as failures, and the rest of their test as passed',
      },
      {
        to: 'results/junit/pytest-no-tests.xml',
        run: run('none', 'pass -k nothing'),
        from: 'pytest/none.xml',
        said: '3 deselected',
        ...counts({}),
        gap: 'zero-tests',
      },
    ],
  },
  {
    name: 'pytest-xdist',
    version: pipVersion('pytest-xdist'),
    fixtures: [
      {
        to: 'results/junit/pytest-xdist.xml',
        run: run('xdist', `${FILES} -n 2`),
        from: 'pytest/xdist.xml',
        said: '11 failed, 15 passed, 3 skipped, 2 xfailed, 1 xpassed',
        ...numbers,
        why: WHY,
      },
      {
        to: 'results/junit/pytest-xdist-crash.xml',
        run: run('crash', 'crash -n 2'),
        from: 'pytest/crash.xml',
        said: '1 failed, 2 passed',
        ...counts({ passed: 2, errors: 1 }),
        why: 'a test ends its worker; another worker goes on',
      },
    ],
  },
  {
    name: 'pytest-timeout',
    version: pipVersion('pytest-timeout'),
    fixtures: [
      {
        to: 'results/junit/pytest-timeout.xml',
        run: run('timeout', 'test_slow.py --timeout 1'),
        from: 'pytest/timeout.xml',
        said: '1 failed, 1 passed',
        ...counts({ passed: 1, failed: 1 }),
      },
    ],
  },
  {
    name: 'pytest-rerunfailures',
    version: pipVersion('pytest-rerunfailures'),
    fixtures: [
      {
        to: 'results/junit/pytest-reruns.xml',
        run: flaky,
        from: 'pytest/flaky.xml',
        said: '1 failed, 3 passed, 5 rerun',
        ...counts({ passed: 3, failed: 1, flaky: 2, runs: 9 }),
        why: 'two tests pass at their second and third attempt, one fails three times; attempts that failed look like passed ones',
      },
    ],
  },
  {
    name: 'pytest-json-ctrf',
    version: pipVersion('pytest-json-ctrf'),
    fixtures: [
      {
        to: 'results/ctrf/pytest.json',
        run: mixed,
        from: 'pytest/mixed.json',
        said: MIXED,
        ...counts({ passed: 15, failed: 13, skipped: 5 }),
        why: 'the reporter leaves out the two files that cannot be collected, and tells errors as failures',
      },
      {
        to: 'results/ctrf/pytest-reruns.json',
        run: flaky,
        from: 'pytest/flaky.json',
        ...counts({ passed: 3, failed: 1, flaky: 2, runs: 9 }),
      },
      { to: 'results/ctrf/pytest-pass.json', run: pass, from: 'pytest/pass.json', said: '3 passed', ...counts({ passed: 3 }) },
    ],
  },
];

function run(name: string, args: string): string {
  return `cd pytest && pytest -q -p no:cacheprovider --junitxml=${name}.xml ${args}`;
}
