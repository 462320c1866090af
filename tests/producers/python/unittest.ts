import { counts, type Producer } from '../ecosystem.ts';
import { pipVersion } from './pip.ts';

const RAN = 'FAILED (failures=3, errors=7, skipped=2, expected failures=1, unexpected successes=1)';
const TWICE = 'a test that fails before its tearDown fails is one test, told twice';

export const unittest: readonly Producer[] = [
  {
    name: 'unittest-xml-reporting',
    version: pipVersion('unittest-xml-reporting'),
    fixtures: [
      {
        to: 'results/junit/unittest-xml-reporting-mixed.xml',
        run: 'cd unittest && python -m xmlrunner discover --output-file mixed.xml',
        from: 'unittest/mixed.xml',
        said: RAN,
        ...counts({ passed: 4, failed: 2, errors: 8, skipped: 3, runs: 18 }),
        why: `${TWICE}; an unexpected success is an error of the report`,
      },
      {
        to: 'results/junit/unittest-xml-reporting-pass.xml',
        run: 'cd unittest && python -m xmlrunner --output-file pass.xml pass.test_pass',
        from: 'unittest/pass.xml',
        said: 'Ran 1 test',
        ...counts({ passed: 1 }),
      },
    ],
  },
  {
    name: 'tap.py',
    version: pipVersion('tap.py'),
    fixtures: [
      {
        to: 'results/tap/tap-py.tap',
        run: 'cd unittest && python run_tap.py test_basket test_import > mixed.tap; tail -1 mixed.tap',
        from: 'unittest/mixed.tap',
        said: '1..20',
        ...counts({ passed: 6, failed: 10, skipped: 4 }),
        why: 'subtests are points; a test that fails before its tearDown fails is two; what is expected to fail is a todo',
      },
    ],
  },
  {
    name: 'nose2',
    version: pipVersion('nose2'),
    fixtures: [
      {
        to: 'results/junit/nose2.xml',
        run: 'cd unittest && nose2 --plugin nose2.plugins.junitxml --junit-xml --junit-xml-path mixed-nose2.xml',
        from: 'unittest/mixed-nose2.xml',
        said: RAN,
        ...counts({ passed: 4, failed: 2, errors: 7, skipped: 4, runs: 18 }),
        disagreements: [{ scope: 'suite "nose2-junit"', what: 'tests', declared: 16, counted: 18 }],
        why: `${TWICE}; the report calls an unexpected success skipped`,
      },
    ],
  },
];
