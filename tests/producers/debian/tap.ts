import { counts, type Producer } from '../ecosystem.ts';
import { debian, inside } from './inside.ts';

const tap = (args: string): string => inside(`cd tap; ${args}`);
/** What goes to standard error is no part of the report. */
const printed = (args: string): string => tap(`{ ${args}; } 2>/dev/null`);

export const taps: readonly Producer[] = [
  {
    name: 'Test::More',
    version: inside('perl -MTest::More -e "print Test::More->VERSION"'),
    fixtures: [
      {
        to: 'results/tap/test-more.tap',
        run: printed('perl cart.t'),
        said: '1..11',
        why: 'leaves: 11 points, one of them with three leaves below it, one with none that is skipped; a todo is skipped',
        ...counts({ passed: 5, failed: 3, skipped: 5 }),
      },
      {
        to: 'results/tap/test-more-dies.tap',
        run: printed('perl dies.t'),
        said: '1..3',
        why: 'two of three planned tests never ran',
        gap: 'truncated',
        ...counts({ passed: 1 }),
      },
      {
        to: 'results/tap/test-more-bail-out.tap',
        run: printed('perl bail.t'),
        said: 'Bail out! no database',
        why: 'to bail out is an error; two of three planned tests never ran',
        ...counts({ passed: 1, errors: 1 }),
      },
      {
        to: 'results/tap/test-more-skip-all.tap',
        run: printed('perl skip-all.t'),
        said: '1..0 # SKIP not on this system',
        ...counts({ skipped: 1 }),
      },
    ],
  },
  {
    name: 'Test::Class',
    version: debian('libtest-class-perl'),
    fixtures: [
      { to: 'results/tap/test-class.tap', run: printed('perl class.t'), said: '1..5', ...counts({ passed: 2, failed: 2, skipped: 1 }) },
    ],
  },
  {
    name: 'prove -v',
    version: inside('prove --version'),
    fixtures: [
      {
        to: 'results/tap/prove.tap',
        run: printed('prove -v cart.t class.t dies.t skip-all.t'),
        said: 'Result: FAIL',
        why: 'four scripts in one stream; the one that died after 1 of 3 is an error, the one that skips all is a skip',
        ...counts({ passed: 8, failed: 5, errors: 1, skipped: 7 }),
      },
    ],
  },
  {
    name: 'TAP::Formatter::JUnit',
    version: debian('libtap-formatter-junit-perl'),
    fixtures: [
      {
        to: 'results/junit/tap-formatter-junit.xml',
        run: printed('prove --formatter TAP::Formatter::JUnit cart.t class.t dies.t'),
        said: '<testsuites>',
        why: 'points, not leaves; skipped and todo points are written as passed, a todo that passes as an error, as is a bad exit; the suite states errors for the tests that never ran too',
        disagreements: [{ scope: 'suite "dies_t"', what: 'errors', declared: 3, counted: 1 }],
        ...counts({ passed: 11, failed: 5, errors: 4 }),
      },
    ],
  },
  {
    name: 'TAP::Harness::JUnit',
    version: debian('libtap-harness-junit-perl'),
    fixtures: [
      {
        to: 'results/junit/tap-harness-junit.xml',
        run: tap('JUNIT_OUTPUT_FILE=harness.xml prove --harness TAP::Harness::JUnit cart.t class.t dies.t'),
        from: 'root/app/tap/harness.xml',
        said: 'Result: FAIL',
        why: 'points, not leaves; todo points are no cases, a plan that is not kept is one',
        disagreements: [
          { scope: 'suite "cart_t"', what: 'tests', declared: 11, counted: 9 },
          { scope: 'suite "dies_t"', what: 'tests', declared: 3, counted: 2 },
          { scope: 'suite "dies_t"', what: 'errors', declared: 2, counted: 0 },
        ],
        ...counts({ passed: 6, failed: 6, skipped: 4 }),
      },
    ],
  },
  {
    name: 'bats',
    version: inside('bats --version'),
    fixtures: [
      {
        to: 'results/tap/bats.tap',
        run: tap('BATS_TEST_TIMEOUT=1 bats --tap cart.bats'),
        said: 'not ok 7 takes long',
        ...counts({ passed: 2, failed: 3, skipped: 2 }),
      },
      {
        to: 'results/tap/bats-tap13.tap',
        run: tap('BATS_TEST_TIMEOUT=1 bats --formatter tap13 cart.bats'),
        said: 'TAP version 13',
        why: 'a skipped test is "not ok … # SKIP" here',
        ...counts({ passed: 2, failed: 3, skipped: 2 }),
      },
      { to: 'results/tap/bats-setup.tap', run: tap('bats --tap setup.bats'), said: 'not ok 3 three', ...counts({ passed: 1, failed: 2 }) },
      {
        to: 'results/tap/bats-setup-file.tap',
        run: tap('bats --tap setup-file.bats'),
        said: 'not ok 1 setup_file failed',
        why: 'none of the two planned tests ran; the set-up is one point',
        gap: 'truncated',
        ...counts({ failed: 1 }),
      },
      {
        to: 'results/junit/bats.xml',
        run: tap('BATS_TEST_TIMEOUT=1 bats --report-formatter junit -o . cart.bats setup.bats setup-file.bats'),
        from: 'root/app/tap/report.xml',
        said: 'setup_file failed',
        why: 'a set-up of a file that fails is a case without a name',
        ...counts({ passed: 3, failed: 6, skipped: 2 }),
      },
    ],
  },
];
