import { counts, type ProducedFixture, type Producer } from '../ecosystem.ts';
import { debian, inside } from './inside.ts';

export const cpp: readonly Producer[] = [
  { name: 'Catch2', version: debian('catch2'), fixtures: catch2() },
  { name: 'doctest', version: debian('doctest-dev'), fixtures: doctest() },
  { name: 'Boost.Test', version: debian('libboost-test-dev'), fixtures: boost() },
  { name: 'GoogleTest', version: debian('libgtest-dev'), fixtures: googletest() },
  { name: 'CTest', version: debian('cmake'), fixtures: ctest() },
];

function catch2(): ProducedFixture[] {
  const tap = counts({ passed: 6, failed: 8, skipped: 1 });
  return [
    {
      to: 'results/junit/catch2-v3.xml',
      run: built('build/catches -r junit::out=catch2.xml -r console::out=-'),
      from: 'root/app/cpp/catch2.xml',
      said: 'test cases: 14 | 4 passed | 7 failed | 1 skipped | 2 failed as expected',
      why: 'a section is a case of its own here, a test without assertions is none; failed as expected is skipped',
      ...counts({ passed: 6, failed: 5, errors: 2, skipped: 3 }),
    },
    {
      to: 'results/junit/catch2-crash.xml',
      run: built('build/catch2-crash -r junit::out=catch2-crash.xml -r console::out=-'),
      from: 'root/app/cpp/catch2-crash.xml',
      said: 'test cases: 2 | 1 passed | 1 failed',
      why: 'the third test never ran',
      ...counts({ passed: 1, errors: 1 }),
    },
    {
      to: 'results/tap/catch2.tap',
      run: built("build/catches -r tap --rng-seed 1 '~[!shouldfail]~[!mayfail]'"),
      said: 'not ok 15',
      why: 'a point for each assertion; two of one title are two',
      ...tap,
    },
    {
      to: 'results/tap/catch2-crash.tap',
      run: built('build/catch2-crash -r tap::out=crash.tap --rng-seed 1 -r console::out=-'),
      from: 'root/app/cpp/crash.tap',
      said: 'SIGSEGV',
      ...counts({ passed: 2, failed: 1 }),
    },
  ];
}

function doctest(): ProducedFixture[] {
  return [
    {
      to: 'results/junit/doctest.xml',
      run: built('build/doctest -r=junit -o=doctest.xml; build/doctest'),
      from: 'root/app/cpp/doctest.xml',
      said: 'test cases: 9 | 3 passed | 6 failed | 1 skipped',
      why: 'a leaf subcase is a case of its own here, a skipped test is none; of two tests of one title the first fails',
      ...counts({ passed: 5, failed: 5, errors: 1 }),
    },
  ];
}

function boost(): ProducedFixture[] {
  const run = (name: string): string => `build/${name} --logger=JUNIT,all,${name}.xml --logger=HRF,error,stdout --report_level=short`;
  return [
    {
      to: 'results/junit/boost.xml',
      run: built(run('boost')),
      from: 'root/app/cpp/boost.xml',
      said: '4 test cases out of 11 failed',
      ...counts({ passed: 5, failed: 2, errors: 2, skipped: 2 }),
    },
    {
      to: 'results/junit/boost-crash.xml',
      run: built(run('boost-crash')),
      from: 'root/app/cpp/boost-crash.xml',
      said: '1 test case out of 3 failed',
      why: 'a test that the crash kept from running is written as skipped',
      ...counts({ passed: 1, errors: 1, skipped: 1 }),
    },
  ];
}

function googletest(): ProducedFixture[] {
  return [
    {
      to: 'results/junit/googletest-suites.xml',
      run: built('build/gtests --gtest_output=xml:gtest.xml'),
      from: 'root/app/cpp/gtest.xml',
      said: '1 FAILED TEST SUITE',
      why: '5 passed, 6 failed, 3 skipped, 1 disabled; the set-up of a suite that failed is a case without a name, which no number of the report holds',
      ...counts({ passed: 5, failed: 7, skipped: 4 }),
    },
  ];
}

function ctest(): ProducedFixture[] {
  return [
    {
      to: 'results/junit/ctest-outcomes.xml',
      run: built('cd build; ctest --output-junit ctest.xml'),
      from: 'root/app/cpp/build/ctest.xml',
      said: '19 tests failed out of 35',
      why: '2 of the 19 could not be started and are errors; 2 disabled ones are not among the 35',
      ...counts({ passed: 11, failed: 17, errors: 2, skipped: 7 }),
    },
    {
      to: 'results/junit/ctest-repeat.xml',
      run: built('cd build; ctest --repeat until-pass:2 --output-junit ctest-repeat.xml'),
      from: 'root/app/cpp/build/ctest-repeat.xml',
      said: '18 tests failed out of 35',
      why: 'of a test that passed the second time the report shows the second time alone',
      ...counts({ passed: 12, failed: 16, errors: 2, skipped: 7 }),
    },
  ];
}

function built(command: string): string {
  return inside(`cd cpp; . ./build.sh; ${command}`);
}
