import { counts, type Producer } from '../ecosystem.ts';
import { debian, inside } from './inside.ts';

const gradle = inside('cd gradle; gradle --offline --no-daemon --rerun-tasks test');
const swift = inside('cd swift; swift test --parallel --num-workers 1 --xunit-output xunit.xml');
const erlang = (args: string): string => inside(`cd erlang; erlc +nowarn_export_all *.erl; ${args}`);

export const others: readonly Producer[] = [
  {
    name: 'Gradle',
    version: inside('gradle --version'),
    fixtures: [
      {
        to: 'results/junit/gradle.xml',
        run: gradle,
        from: 'root/app/gradle/build/test-results/test/TEST-shop.OldTest.xml',
        said: '11 tests completed, 6 failed, 2 skipped',
        why: 'Gradle writes errors as failures',
        ...counts({ passed: 1, failed: 4, skipped: 2 }),
      },
      {
        to: 'results/junit/gradle-before-class.xml',
        run: gradle,
        from: 'root/app/gradle/build/test-results/test/TEST-shop.OldSetUpTest.xml',
        said: '11 tests completed, 6 failed, 2 skipped',
        ...counts({ failed: 1 }),
      },
      {
        to: 'results/junit/gradle-parameters.xml',
        run: gradle,
        from: 'root/app/gradle/build/test-results/test/TEST-shop.PriceTest.xml',
        said: '11 tests completed, 6 failed, 2 skipped',
        ...counts({ passed: 2, failed: 1 }),
      },
    ],
  },
  {
    name: 'swift test',
    version: inside('swift --version'),
    fixtures: [
      {
        to: 'results/junit/swift-xctest.xml',
        run: swift,
        from: 'root/app/swift/xunit.xml',
        said: 'Test run with 5 tests failed',
        why: 'XCTSkip is written as passed',
        ...counts({ passed: 3, failed: 3 }),
      },
      {
        to: 'results/junit/swift-testing.xml',
        run: swift,
        from: 'root/app/swift/xunit-swift-testing.xml',
        said: 'Test run with 5 tests failed',
        why: 'the suite states the tests that ran, without the skipped one; a known issue passes',
        ...counts({ passed: 2, failed: 2, skipped: 1 }),
      },
    ],
  },
  {
    name: 'eunit_surefire',
    version: debian('erlang-eunit'),
    fixtures: [
      {
        to: 'results/junit/eunit.xml',
        run: erlang('erl -noshell -eval "eunit:test(cart_tests, [{report,{eunit_surefire,[{dir,\\".\\"}]}}]), halt()."'),
        from: 'root/app/erlang/TEST-cart_tests.xml',
        said: 'Failed: 3. Skipped: 0. Passed: 4.',
        why: 'the report tells a test that timed out as skipped, and of a set-up that failed nothing',
        ...counts({ passed: 4, errors: 3, skipped: 1 }),
      },
    ],
  },
  {
    name: 'cth_surefire',
    version: debian('erlang-common-test'),
    fixtures: [
      {
        to: 'results/junit/common-test.xml',
        run: erlang(
          'rm -rf logs; mkdir logs; ct_run -suite cart_SUITE -logdir logs -noshell -ct_hooks cth_surefire; sed "s/ log=.[^\\" ]*.//g" $(find logs -name "*junit*.xml") > junit.xml',
        ),
        from: 'root/app/erlang/junit.xml',
        why: 'set-ups and teardowns are cases too, which the suite leaves out of its number of tests',
        ...counts({ passed: 2, failed: 1, skipped: 1 }),
      },
    ],
  },
];
