import { counts, type Producer } from '../ecosystem.ts';
import { pipVersion } from './pip.ts';

const SCENARIOS = '4 scenarios passed, 2 failed, 3 error, 2 hook_error, 1 skipped';
const behaves = 'cd behave && behave --no-color -f json -o mixed.json --junit --junit-directory out -f progress features';
const robots = 'cd robot && robot --outputdir out --output output.xml --xunit xunit.xml --log NONE --report NONE basket.robot nested';
const passes = 'cd robot && robot --outputdir pass-out --output output.xml --xunit xunit.xml --log NONE --report NONE pass';
const QUIET = '--output output.xml --log NONE --report NONE';
const merged = [
  'cd robot && rm -f flaky/seen',
  `robot --outputdir first ${QUIET} flaky`,
  `robot --rerunfailed first/output.xml --outputdir second ${QUIET} flaky`,
  `rebot --merge --outputdir merged ${QUIET} first/output.xml second/output.xml`,
].join('; ');
const TESTS = '18 tests, 4 passed, 12 failed, 2 skipped';

export const behave: readonly Producer[] = [
  {
    name: 'behave',
    version: 'behave --version',
    fixtures: [
      {
        to: 'results/cucumber/behave.json',
        run: behaves,
        from: 'behave/mixed.json',
        said: SCENARIOS,
        ...counts({ passed: 4, failed: 4, errors: 3, skipped: 1 }),
        why: 'undefined and pending steps fail the run',
      },
      {
        to: 'results/junit/behave.xml',
        run: behaves,
        from: 'behave/out/TESTS-basket.xml',
        said: SCENARIOS,
        ...counts({ passed: 2, failed: 2, errors: 5, skipped: 1 }),
        why: 'one of the two features: a file each',
      },
    ],
  },
];

export const pytestBdd: readonly Producer[] = [
  {
    name: 'pytest-bdd',
    version: pipVersion('pytest-bdd'),
    fixtures: [
      {
        to: 'results/cucumber/pytest-bdd.json',
        run: 'cd bdd && pytest -q -p no:cacheprovider --cucumberjson=mixed.json',
        from: 'bdd/mixed.json',
        said: '4 failed, 2 passed, 2 skipped',
        ...counts({ passed: 4, failed: 3 }),
        why: 'the report leaves out an undefined step and that a step skipped its scenario: both look passed, and only the exit code tells',
      },
    ],
  },
];

export const robot: readonly Producer[] = [
  {
    name: 'robotframework',
    version: 'robot --version',
    fixtures: [
      {
        to: 'results/robot/output.xml',
        run: robots,
        from: 'robot/out/output.xml',
        said: TESTS,
        ...counts({ passed: 4, failed: 7, errors: 5, skipped: 2 }),
        why: 'set-up and teardown that fail, of tests and of suites, are errors',
      },
      {
        to: 'results/robot/pass.xml',
        run: passes,
        from: 'robot/pass-out/output.xml',
        said: '2 tests, 2 passed, 0 failed',
        ...counts({ passed: 2 }),
      },
      {
        to: 'results/robot/rpa.xml',
        run: 'cd robot && robot --rpa --outputdir rpa-out --output output.xml --log NONE --report NONE pass',
        from: 'robot/rpa-out/output.xml',
        said: '2 tasks, 2 passed, 0 failed',
        ...counts({ passed: 2 }),
      },
      {
        to: 'results/robot/rebot-merge.xml',
        run: merged,
        from: 'robot/merged/output.xml',
        said: '3 tests, 1 passed, 2 failed',
        ...counts({ passed: 2, failed: 1, flaky: 1, runs: 5 }),
        why: 'rebot has merged the second run of the two failed tests, of which one passes, into the first',
      },
      {
        to: 'results/junit/robot-xunit.xml',
        run: robots,
        from: 'robot/out/xunit.xml',
        said: TESTS,
        ...counts({ passed: 4, failed: 12, skipped: 2 }),
      },
      {
        to: 'results/junit/robot-xunit-pass.xml',
        run: passes,
        from: 'robot/pass-out/xunit.xml',
        said: '2 tests, 2 passed, 0 failed',
        ...counts({ passed: 2 }),
      },
    ],
  },
];
