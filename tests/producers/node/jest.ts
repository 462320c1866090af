import { counts, type Producer } from '../ecosystem.ts';
import { npmVersion } from './npm.ts';

const version = 'jest --version';
const mixed = run('mixed', 'basket hooks retries');
const load = run('load', 'import syntax empty after-all');
const pass = run('pass', 'pass/pass');
const crash = run('crash', '--workerIdleMemoryLimit=1GB crash/crash crash/fine');

const MIXED = 'Tests: 15 failed, 1 skipped, 1 todo, 10 passed, 27 total';
const LOAD = 'Test Suites: 4 failed, 4 total';
const PASS = 'Tests: 3 passed, 3 total';
const CRASH = 'Test Suites: 1 failed, 1 passed, 2 total';

const TODO = 'a todo test cannot be told from one that passed';
const RETRIED = 'two tests pass at their second and third attempt, one fails three times';

export const jest: readonly Producer[] = [
  {
    name: 'jest-junit',
    version: npmVersion('jest-junit'),
    fixtures: [
      {
        to: 'results/junit/jest-junit-mixed.xml',
        run: mixed,
        from: 'jest/out/mixed.xml',
        said: MIXED,
        ...counts({ passed: 11, failed: 15, skipped: 1 }),
        why: TODO,
      },
      {
        to: 'results/junit/jest-junit-load.xml',
        run: load,
        from: 'jest/out/load.xml',
        said: LOAD,
        ...counts({ passed: 1, errors: 4, runs: 8 }),
        why: 'three files that cannot be loaded, each told twice, and an afterAll that fails; the test before that passes',
      },
      { to: 'results/junit/jest-junit-pass.xml', run: pass, from: 'jest/out/pass.xml', said: PASS, ...counts({ passed: 3 }) },
      {
        to: 'results/junit/jest-junit-crash.xml',
        run: crash,
        from: 'jest/out/crash.xml',
        said: CRASH,
        ...counts({ passed: 3, errors: 1, runs: 5 }),
        why: 'the worker of one file is killed: none of its tests is told; the report tells it twice',
      },
    ],
  },
  {
    name: 'jest --json',
    version,
    fixtures: [
      {
        to: 'results/jest/jest.json',
        run: mixed,
        from: 'jest/out/mixed.json',
        said: MIXED,
        ...counts({ passed: 10, failed: 15, skipped: 2, flaky: 2, runs: 32 }),
        why: RETRIED,
      },
      {
        to: 'results/jest/jest-load.json',
        run: load,
        from: 'jest/out/load.json',
        said: LOAD,
        ...counts({ passed: 1, errors: 4 }),
        why: 'three files that cannot be loaded, and an afterAll that fails; the test before that passes',
      },
      { to: 'results/jest/jest-pass.json', run: pass, from: 'jest/out/pass.json', said: PASS, ...counts({ passed: 3 }) },
      {
        to: 'results/jest/jest-crash.json',
        run: crash,
        from: 'jest/out/crash.json',
        said: CRASH,
        ...counts({ passed: 3, errors: 1 }),
        why: 'the worker of one file is killed: none of its tests is told',
      },
    ],
  },
  {
    name: 'jest-ctrf-json-reporter',
    version: npmVersion('jest-ctrf-json-reporter'),
    fixtures: [
      {
        to: 'results/ctrf/jest-mixed.json',
        run: mixed,
        from: 'jest/out/mixed.ctrf.json',
        said: MIXED,
        ...counts({ passed: 10, failed: 15, skipped: 2, flaky: 2, runs: 32 }),
        why: RETRIED,
      },
      {
        to: 'results/ctrf/jest-load.json',
        run: load,
        from: 'jest/out/load.ctrf.json',
        said: LOAD,
        ...counts({ passed: 1 }),
        why: 'the reporter leaves out files that cannot be loaded and an afterAll that fails: only the exit code of jest tells of them',
      },
      { to: 'results/ctrf/jest-pass.json', run: pass, from: 'jest/out/pass.ctrf.json', said: PASS, ...counts({ passed: 3 }) },
    ],
  },
];

function run(name: string, args: string): string {
  const reporters = '--reporters=default --reporters=jest-junit --reporters=jest-ctrf-json-reporter';
  const settings = `JEST_JUNIT_OUTPUT_FILE=out/${name}.xml JEST_JUNIT_REPORT_TEST_SUITE_ERRORS=true`;
  const command = `${settings} jest --rootDir . ${reporters} --json --outputFile=out/${name}.json ${args}`;
  return `cd jest && ${command}; mv ctrf/ctrf-report.json out/${name}.ctrf.json`;
}
