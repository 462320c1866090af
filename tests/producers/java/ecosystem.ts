import { counts, type Ecosystem, type ProducedFixture } from '../ecosystem.ts';

/** Surefire and ScalaTest write all system properties of the machine. */
const BARE = `find . -name 'TEST-*.xml' -exec perl -0pi -e 's/<property\\s+name="(?!java\\.version"|user\\.dir")[^"]*"\\s+value="[^"]*"\\s*\\/>\\s*//g' {} +`;

const SUREFIRE = "grep -oP '(?<=<surefire.version>)[^<]*' pom.xml";

/** Of 2018, and still in many builds: what Maven 3 takes where no version is pinned is older. */
const OLD = '2.22.2';

export const ecosystem: Ecosystem = {
  name: 'java',
  install:
    'mvn -B -q -ntp dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.11.4 -DoutputDirectory=. && mv junit-platform-console-standalone-*.jar console.jar',
  producers: [
    { name: 'surefire, JUnit 5', version: SUREFIRE, fixtures: jupiter() },
    { name: 'surefire, JUnit 4', version: SUREFIRE, fixtures: junit4() },
    { name: 'surefire 2, JUnit 5', version: `echo ${OLD}`, fixtures: surefire2() },
    { name: 'surefire, TestNG', version: SUREFIRE, fixtures: surefireTestng() },
    { name: 'TestNG', version: pinned('testng'), fixtures: testng() },
    {
      name: 'failsafe, rerunFailingTestsCount=2',
      version: SUREFIRE,
      fixtures: [
        {
          to: 'results/junit/failsafe.xml',
          run: mvn('clean verify -pl failsafe'),
          from: 'failsafe/target/failsafe-reports/TEST-shop.ShopIT.xml',
          said: 'Tests run: 5, Failures: 1, Errors: 1, Skipped: 1, Flakes: 1',
          ...counts({ runs: 10, passed: 2, failed: 1, errors: 1, skipped: 1, flaky: 1 }),
        },
        {
          to: 'results/junit/failsafe-summary.xml',
          run: mvn('clean verify -pl failsafe'),
          from: 'failsafe/target/failsafe-reports/failsafe-summary.xml',
          said: 'Tests run: 5, Failures: 1, Errors: 1, Skipped: 1, Flakes: 1',
          why: 'numbers that stand beside the reports, and no test: alone, it holds none',
          gap: 'zero-tests',
          ...counts({}),
        },
      ],
    },
    { name: 'Cucumber-JVM', version: pinned('cucumber-java'), fixtures: cucumber() },
    { name: 'ScalaTest', version: pinned('scalatest_2.13'), fixtures: scalatest() },
    { name: 'JUnit Platform Console Launcher', version: 'java -jar console.jar --version', fixtures: launcher() },
    {
      name: 'JaCoCo',
      version: "grep -oP 'jacoco-maven-plugin</artifactId><version>\\K[^<]*' pom.xml",
      fixtures: [
        {
          to: 'coverage/jacoco/maven.xml',
          run: `${mvn('clean test -pl coverage -P jacoco')}; sed -i 's/sessioninfo id="[^"]*"/sessioninfo id="builder-1"/' coverage/target/site/jacoco/jacoco.xml`,
          from: 'coverage/target/site/jacoco/jacoco.xml',
          why: 'the counters at the end of the report',
          lines: { covered: 9, total: 16 },
          branches: { covered: 4, total: 9 },
          functions: { covered: 5, total: 9 },
          files: 3,
        },
      ],
    },
    {
      name: 'JaCoCo, report-aggregate',
      version: "grep -oP 'jacoco-maven-plugin</artifactId><version>\\K[^<]*' pom.xml",
      fixtures: [
        {
          to: 'coverage/jacoco/maven-aggregate.xml',
          run: `${mvn('clean verify -pl coverage,coverage-more,aggregate -P jacoco')}; sed -i 's/sessioninfo id="[^"]*"/sessioninfo id="builder-1"/g' aggregate/target/site/jacoco-aggregate/jacoco.xml`,
          from: 'aggregate/target/site/jacoco-aggregate/jacoco.xml',
          why: 'the counters at the end of the report: two modules in groups, both with a package of one name',
          lines: { covered: 11, total: 19 },
          branches: { covered: 4, total: 9 },
          functions: { covered: 7, total: 12 },
          files: 4,
        },
      ],
    },
    {
      name: 'OpenClover',
      version: "grep -oP 'clover-maven-plugin</artifactId><version>\\K[^<]*' coverage/pom.xml",
      fixtures: [
        {
          to: 'coverage/clover/openclover.xml',
          run: mvn('clean clover:setup test clover:clover -pl coverage -P clover'),
          from: 'coverage/target/site/clover/clover.xml',
          why: 'lines that hold a statement; 7 of 14 statements, two of which may share a line; tests are no code under test',
          lines: { covered: 6, total: 11 },
          branches: { covered: 2, total: 4 },
          functions: { covered: 3, total: 5 },
          files: 3,
        },
      ],
    },
  ],
};

function jupiter(): ProducedFixture[] {
  const plain = mvn('clean test -pl junit5');
  const rerun = mvn('clean test -pl junit5 -Dsurefire.rerunFailingTestsCount=2');
  const from = (name: string): string => `junit5/target/surefire-reports/TEST-shop.${name}.xml`;
  const all = 'Tests run: 37, Failures: 11, Errors: 5, Skipped: 4';
  const again = 'Tests run: 41, Failures: 9, Errors: 4, Skipped: 4, Flakes: 3';
  const nested = counts({ passed: 2, failed: 2 });
  return [
    {
      to: 'results/junit/surefire-junit5.xml',
      run: plain,
      from: from('OutcomesTest'),
      said: 'Tests run: 18, Failures: 5, Errors: 1, Skipped: 2',
      ...counts({ passed: 10, failed: 5, errors: 1, skipped: 2 }),
    },
    {
      to: 'results/junit/surefire-nested.xml',
      run: plain,
      from: from('NestedTest$WhenEmpty$Filled'),
      said: all,
      why: 'the file of the innermost class holds the tests of the outer ones too',
      ...nested,
    },
    {
      to: 'results/junit/surefire-nested-outer.xml',
      run: plain,
      from: from('NestedTest'),
      said: all,
      gap: 'zero-tests',
      why: 'its tests stand in the file of the innermost class: alone, it holds none',
      ...counts({}),
    },
    {
      to: 'results/junit/surefire-before-all.xml',
      run: plain,
      from: from('SetUpTest'),
      said: all,
      why: 'two tests never ran; the set-up is one error',
      ...counts({ errors: 1 }),
    },
    { to: 'results/junit/surefire-after-all.xml', run: plain, from: from('TearDownTest'), said: all, ...counts({ passed: 2, errors: 1 }) },
    {
      to: 'results/junit/surefire-before-each.xml',
      run: plain,
      from: from('EachTest'),
      said: 'Tests run: 3, Failures: 1, Errors: 1, Skipped: 0',
      ...counts({ passed: 1, failed: 1, errors: 1 }),
    },
    {
      to: 'results/junit/surefire-disabled.xml',
      run: plain,
      from: from('DisabledTest'),
      said: 'Tests run: 2, Failures: 0, Errors: 0, Skipped: 2',
      ...counts({ skipped: 2 }),
    },
    {
      to: 'results/junit/surefire-junit5-rerun.xml',
      run: rerun,
      from: from('FlakyTest'),
      said: again,
      ...counts({ runs: 12, passed: 5, failed: 1, flaky: 3 }),
    },
    {
      to: 'results/junit/surefire-junit5-rerun-outcomes.xml',
      run: rerun,
      from: from('OutcomesTest'),
      said: again,
      ...counts({ runs: 30, passed: 10, failed: 5, errors: 1, skipped: 2 }),
    },
    {
      to: 'results/junit/surefire-after-all-rerun.xml',
      run: rerun,
      from: from('TearDownTest'),
      said: again,
      why: 'the whole class runs three times; passes are cases of their own, failures attempts within one',
      ...counts({ runs: 9, passed: 2, errors: 1 }),
    },
    {
      to: 'results/junit/surefire-nested-rerun.xml',
      run: rerun,
      from: from('NestedTest$WhenEmpty$Filled'),
      said: again,
      why: 'the suite states the numbers of its last re-run; a test of an outer class is re-run in a file of that class',
      disagreements: [{ scope: 'suite "shop.NestedTest$WhenEmpty$Filled"', what: 'failed', declared: 1, counted: 2 }],
      ...nested,
      counts: { ...nested.counts, runs: 6 },
    },
  ];
}

function surefire2(): ProducedFixture[] {
  const run = mvn(`clean test -pl junit5 -Dsurefire.version=${OLD}`);
  const from = (name: string): string => `junit5/target/surefire-reports/TEST-shop.${name}.xml`;
  return [
    {
      to: 'results/junit/surefire-2-junit5.xml',
      run,
      from: from('OutcomesTest'),
      said: 'Tests run: 18, Failures: 5, Errors: 1, Skipped: 2',
      ...counts({ passed: 10, failed: 5, errors: 1, skipped: 2 }),
    },
    {
      to: 'results/junit/surefire-2-nested.xml',
      run,
      from: from('NestedTest'),
      said: 'Tests run: 4, Failures: 2, Errors: 0, Skipped: 0',
      ...counts({ passed: 2, failed: 2 }),
    },
    {
      to: 'results/junit/surefire-2-before-all.xml',
      run,
      from: from('SetUpTest'),
      said: 'Tests run: 36, Failures: 11, Errors: 5, Skipped: 3',
      ...counts({ errors: 1 }),
    },
    {
      to: 'results/junit/surefire-2-disabled.xml',
      run,
      from: from('DisabledTest'),
      said: 'Tests run: 36, Failures: 11, Errors: 5, Skipped: 3',
      why: 'a class that is disabled is one case',
      ...counts({ skipped: 1 }),
    },
  ];
}

function junit4(): ProducedFixture[] {
  const plain = mvn('clean test -pl junit4');
  const from = (name: string): string => `junit4/target/surefire-reports/TEST-shop.${name}.xml`;
  const rerun = mvn('clean test -pl junit4 -Dsurefire.rerunFailingTestsCount=2');
  return [
    {
      to: 'results/junit/surefire-junit4.xml',
      run: plain,
      from: from('OldTest'),
      said: 'Tests run: 7, Failures: 2, Errors: 2, Skipped: 2',
      ...counts({ passed: 1, failed: 2, errors: 2, skipped: 2 }),
    },
    {
      to: 'results/junit/surefire-junit4-before-class.xml',
      run: plain,
      from: from('OldSetUpTest'),
      said: 'Tests run: 1, Failures: 0, Errors: 1, Skipped: 0',
      ...counts({ errors: 1 }),
    },
    {
      to: 'results/junit/surefire-junit4-parameters.xml',
      run: plain,
      from: from('PriceTest'),
      said: 'Tests run: 3, Failures: 1, Errors: 0, Skipped: 0',
      ...counts({ passed: 2, failed: 1 }),
    },
    {
      to: 'results/junit/surefire-junit4-rerun.xml',
      run: rerun,
      from: from('OldTest'),
      said: 'Tests run: 15, Failures: 6, Errors: 6, Skipped: 2',
      why: 'with JUnit 4 the suite states runs, for failures and errors too',
      ...counts({ runs: 15, passed: 1, failed: 2, errors: 2, skipped: 2 }),
    },
  ];
}

function surefireTestng(): ProducedFixture[] {
  return [
    {
      to: 'results/junit/surefire-testng.xml',
      run: mvn('clean test -pl testng'),
      from: 'testng/target/surefire-reports/TEST-TestSuite.xml',
      said: 'Tests run: 16, Failures: 5, Errors: 0, Skipped: 5',
      why: 'the retried attempt is written as a skipped case of the same name; invocationCount=2 runs one test twice',
      ...counts({ runs: 16, passed: 5, failed: 5, skipped: 4 }),
    },
  ];
}

function testng(): ProducedFixture[] {
  const run = mvn('clean test -pl testng');
  return [
    {
      to: 'results/junit/testng.xml',
      run,
      from: 'testng/target/surefire-reports/junitreports/TEST-shop.ShopTest.xml',
      why: 'rows of a data provider have one name here, and one of three fails; the first try of a retried test is a skip',
      ...counts({ passed: 6, failed: 2, errors: 2, skipped: 4 }),
    },
    {
      to: 'results/junit/testng-before-class.xml',
      run,
      from: 'testng/target/surefire-reports/junitreports/TEST-shop.ConfigTest.xml',
      ...counts({ errors: 1, skipped: 2 }),
    },
  ];
}

function cucumber(): ProducedFixture[] {
  const run = mvn('clean test -pl cucumber');
  const said = 'Tests run: 13, Failures: 3, Errors: 5, Skipped: 1';
  return [
    {
      to: 'results/junit/cucumber-jvm.xml',
      run,
      from: 'cucumber/target/cucumber.xml',
      said,
      why: 'two scenarios of one title: the first fails, the second passes',
      ...counts({ passed: 4, failed: 8, skipped: 1 }),
    },
    {
      to: 'results/junit/surefire-cucumber.xml',
      run,
      from: 'cucumber/target/surefire-reports/TEST-shop.RunTest.xml',
      said,
      why: 'two scenarios of one title: the first fails, the second passes; nothing was run again',
      ...counts({ passed: 4, failed: 3, errors: 5, skipped: 1 }),
    },
    {
      to: 'results/cucumber/cucumber-jvm.json',
      run,
      from: 'cucumber/target/cucumber.json',
      said,
      why: 'pending, undefined and ambiguous steps fail a run; a hook that fails is an error',
      ...counts({ passed: 4, failed: 6, errors: 2, skipped: 1 }),
    },
    {
      to: 'results/cucumber/cucumber-jvm.ndjson',
      run: mvn("clean test -pl cucumber -Dcucumber.filter.name='adds|fails|twice.*|.*hook fails|undefined|pending|in a rule'"),
      from: 'cucumber/target/cucumber.ndjson',
      said: 'Tests run: 13, Failures: 2, Errors: 4, Skipped: 4',
      why: 'four scenarios were left out by name; of two scenarios of one title the first fails; pending and undefined steps fail a run; a hook that fails is an error',
      ...counts({ passed: 3, failed: 4, errors: 2 }),
    },
  ];
}

function scalatest(): ProducedFixture[] {
  const run = `${mvn('clean test -pl scalatest')}; cp scalatest/target/reports/*DiscoverySuite*.xml scalatest/target/reports/discovery.xml`;
  const said = 'Tests: succeeded 3, failed 2, canceled 1, ignored 1, pending 1';
  const from = (name: string): string => `scalatest/target/reports/${name}.xml`;
  return [
    {
      to: 'results/junit/scalatest.xml',
      run,
      from: from('TEST-shop.CartSpec'),
      said,
      ...counts({ passed: 3, failed: 2, skipped: 3 }),
    },
    { to: 'results/junit/scalatest-aborted.xml', run, from: from('TEST-shop.AbortedSpec'), said, ...counts({ errors: 1 }) },
    {
      to: 'results/junit/scalatest-before-each.xml',
      run,
      from: from('TEST-shop.EachSpec'),
      said: '2 SUITES ABORTED',
      why: 'the suite aborted, and says so in its attributes alone',
      ...counts({ errors: 1 }),
    },
    {
      to: 'results/junit/scalatest-discovery.xml',
      run,
      from: from('discovery'),
      said,
      gap: 'zero-tests',
      why: "the runner's own suite of suites: alone, it holds no test",
      ...counts({}),
    },
  ];
}

function launcher(): ProducedFixture[] {
  return [
    {
      to: 'results/junit/junit-platform-console.xml',
      run: `${mvn('clean test-compile -pl junit5')}; java -jar console.jar execute --disable-banner -cp junit5/target/test-classes -c shop.OutcomesTest -c shop.NestedTest -c shop.SetUpTest -c shop.EachTest --reports-dir reports; ${BARE}`,
      from: 'reports/TEST-junit-jupiter.xml',
      said: '[ 10 tests failed ]',
      why: 'the launcher does not count the two tests of the class whose set-up failed, the report does',
      ...counts({ passed: 13, failed: 8, errors: 4, skipped: 2 }),
    },
  ];
}

function mvn(args: string): string {
  return `mvn -B -ntp -fae ${args}; ${BARE}`;
}

function pinned(artifact: string): string {
  return `grep -rhoP '${artifact}</artifactId><version>\\K[^<]*' --include=pom.xml .`;
}
