import { counts, type Producer } from '../ecosystem.ts';
import { npmVersion } from './npm.ts';

const numbers = counts({ passed: 12, failed: 10, errors: 4, skipped: 3 });
const HOOKS = 'four of the 14 failures are hooks; seven tests behind them never run and are not told';
const version = 'mocha --version';

export const mocha: readonly Producer[] = [
  {
    name: 'mocha',
    version,
    fixtures: [
      {
        to: 'results/junit/mocha-xunit-mixed.xml',
        run: run('xunit', '*.test.js', 'output=out/mixed.xunit.xml'),
        from: 'mocha/out/mixed.xunit.xml',
        ...numbers,
        why: HOOKS,
      },
      {
        to: 'results/junit/mocha-xunit-pass.xml',
        run: run('xunit', 'pass/*.js', 'output=out/pass.xunit.xml'),
        from: 'mocha/out/pass.xunit.xml',
        ...counts({ passed: 3 }),
      },
      {
        to: 'results/mocha/mocha.json',
        run: run('json', '*.test.js', 'output=out/mixed.json'),
        from: 'mocha/out/mixed.json',
        ...counts({ passed: 12, failed: 10, errors: 4, skipped: 3, flaky: 2, runs: 34 }),
        why: `${HOOKS}; two tests pass at their second and third attempt, one fails three times`,
      },
      {
        to: 'results/mocha/mocha-pass.json',
        run: run('json', 'pass/*.js', 'output=out/pass.json'),
        from: 'mocha/out/pass.json',
        ...counts({ passed: 3 }),
      },
      {
        to: 'results/tap/mocha.tap',
        run: 'cd mocha && mkdir -p out && mocha --reporter tap *.test.js > out/mixed.tap',
        from: 'mocha/out/mixed.tap',
        ...counts({ passed: 12, failed: 14, skipped: 3 }),
        why: HOOKS,
      },
      {
        to: 'results/tap/mocha-crash.tap',
        run: 'cd mocha && mkdir -p out && mocha --reporter tap crash/*.js > out/crash.tap',
        from: 'mocha/out/crash.tap',
        ...counts({ passed: 1 }),
        gap: 'truncated',
        why: 'a test ends the process',
      },
    ],
  },
  {
    name: 'mocha-junit-reporter',
    version: npmVersion('mocha-junit-reporter'),
    fixtures: [
      {
        to: 'results/junit/mocha-junit-mixed.xml',
        run: run('mocha-junit-reporter', '*.test.js', 'mochaFile=out/mixed.junit.xml'),
        from: 'mocha/out/mixed.junit.xml',
        ...numbers,
        why: HOOKS,
      },
      {
        to: 'results/junit/mocha-junit-pass.xml',
        run: run('mocha-junit-reporter', 'pass/*.js', 'mochaFile=out/pass.junit.xml'),
        from: 'mocha/out/pass.junit.xml',
        ...counts({ passed: 3 }),
      },
    ],
  },
  {
    name: 'mochawesome',
    version: npmVersion('mochawesome'),
    fixtures: [
      {
        to: 'results/mocha/mochawesome.json',
        run: run('mochawesome', '*.test.js', 'reportDir=out,reportFilename=awesome,html=false'),
        from: 'mocha/out/awesome.json',
        ...counts({ passed: 12, failed: 10, errors: 4, skipped: 7 }),
        why: 'four of the 14 failures are hooks; of the seven tests that they keep from running four are told, as skipped; retries are not told',
      },
    ],
  },
  {
    name: 'mocha-ctrf-json-reporter',
    version: npmVersion('mocha-ctrf-json-reporter'),
    fixtures: [
      {
        to: 'results/ctrf/mocha.json',
        run: run('mocha-ctrf-json-reporter', '*.test.js', 'outputDir=out,outputFile=ctrf.json'),
        from: 'mocha/out/ctrf.json',
        ...counts({ passed: 12, failed: 14, skipped: 3, flaky: 2, runs: 34 }),
        why: 'hooks that fail are told like tests; two tests pass at their second and third attempt, one fails three times',
      },
    ],
  },
];

function run(reporter: string, files: string, options: string): string {
  return `cd mocha && mkdir -p out && mocha --reporter ${reporter} --reporter-options ${options} ${files}; mocha --reporter dot ${files} | grep -E "passing|pending|failing"`;
}
