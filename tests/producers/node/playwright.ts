import { counts, type Producer } from '../ecosystem.ts';
import { npmVersion } from './npm.ts';

const plain = run('plain', 'RETRIES=0');
const retried = run('retried', '');
const included = run('included', 'INCLUDE_RETRIES=1');
const basket = run('basket', 'RETRIES=0', 'basket');
const flaky = run('flaky', '', "basket --grep 'flaky|multiplies|gives'");
const hooks = run('hooks', '', 'hooks');
const projects = run('projects', 'PROJECTS=1 SAMPLE=pass');
const projectsRetried = run('projects-retried', 'PROJECTS=1 INCLUDE_RETRIES=1', 'hooks');
const load = run('load', 'SAMPLE=load');
const crash = run('crash', 'SAMPLE=crash RETRIES=0');

const NOT_RUN = 'two tests that did not run after a failure before them are skipped';
const LOAD = 'playwright runs nothing where one file cannot be loaded, and says so beside the tests';

export const playwright: readonly Producer[] = [
  {
    name: 'playwright',
    version: 'playwright --version',
    fixtures: [
      {
        to: 'results/junit/playwright-plain.xml',
        run: plain,
        from: 'playwright/out/plain.xml',
        said: '12 failed',
        ...counts({ passed: 7, failed: 6, errors: 6, skipped: 5 }),
        why: NOT_RUN,
      },
      {
        to: 'results/junit/playwright-retried.xml',
        run: retried,
        from: 'playwright/out/retried.xml',
        said: '1 flaky',
        ...counts({ passed: 8, failed: 5, errors: 6, skipped: 5 }),
        why: `the report does not tell of retries; ${NOT_RUN}`,
      },
      {
        to: 'results/junit/playwright-include-retries.xml',
        run: included,
        from: 'playwright/out/included.xml',
        said: '1 flaky',
        ...counts({ passed: 8, failed: 5, errors: 6, skipped: 5, flaky: 1, runs: 35 }),
        why: `one of the eleven that fail twice (expected to fail, it passes) is told without its retry; ${NOT_RUN}`,
      },
      {
        to: 'results/junit/playwright-projects.xml',
        run: projects,
        from: 'playwright/out/projects.xml',
        said: '6 passed',
        ...counts({ passed: 6 }),
        why: 'three tests in two projects',
      },
      {
        to: 'results/junit/playwright-projects-retried.xml',
        run: projectsRetried,
        from: 'playwright/out/projects-retried.xml',
        said: '6 failed',
        ...counts({ errors: 6, skipped: 2, runs: 14 }),
        why: 'four tests in two projects; three of each fail twice, one does not run',
      },
      {
        to: 'results/junit/playwright-crash.xml',
        run: crash,
        from: 'playwright/out/crash.xml',
        said: '1 failed',
        ...counts({ passed: 2, errors: 1 }),
      },
      {
        to: 'results/playwright/basket.json',
        run: basket,
        from: 'playwright/out/basket.json',
        said: '9 failed',
        ...counts({ passed: 7, failed: 9, skipped: 4 }),
      },
      {
        to: 'results/playwright/flaky.json',
        run: flaky,
        from: 'playwright/out/flaky.json',
        said: '1 flaky',
        ...counts({ passed: 2, failed: 1, flaky: 1, runs: 5 }),
      },
      {
        to: 'results/playwright/hooks.json',
        run: hooks,
        from: 'playwright/out/hooks.json',
        said: '3 failed',
        ...counts({ failed: 3, skipped: 1, runs: 7 }),
      },
      {
        to: 'results/playwright/projects.json',
        run: projects,
        from: 'playwright/out/projects.json',
        said: '6 passed',
        ...counts({ passed: 6 }),
        why: 'three tests in two projects',
      },
      { to: 'results/playwright/load.json', run: load, from: 'playwright/out/load.json', ...counts({ errors: 1 }), why: LOAD },
      {
        to: 'results/playwright/crash.json',
        run: crash,
        from: 'playwright/out/crash.json',
        said: '1 failed',
        ...counts({ passed: 2, failed: 1 }),
      },
    ],
  },
  {
    name: 'playwright-ctrf-json-reporter',
    version: npmVersion('playwright-ctrf-json-reporter'),
    fixtures: [
      {
        to: 'results/ctrf/playwright-basket.json',
        run: basket,
        from: 'playwright/out/basket.ctrf.json',
        said: '9 failed',
        ...counts({ passed: 7, failed: 9, skipped: 4 }),
        why: 'a test that was expected to fail and passes is told as passed: playwright itself calls it failed',
      },
      {
        to: 'results/ctrf/playwright-flaky.json',
        run: flaky,
        from: 'playwright/out/flaky.ctrf.json',
        said: '1 flaky',
        ...counts({ passed: 2, failed: 1, flaky: 1, runs: 5 }),
      },
      {
        to: 'results/ctrf/playwright-hooks.json',
        run: hooks,
        from: 'playwright/out/hooks.ctrf.json',
        said: '3 failed',
        ...counts({ failed: 3, skipped: 1, runs: 8 }),
      },
    ],
  },
];

function run(name: string, settings: string, files = ''): string {
  const moves = ['junit.xml', 'report.json', 'ctrf.json'].map(
    (file) => `mv out/${file} out/${name}.${file.replace(/^(?:junit|report)\./, '')}`,
  );
  return `cd playwright && rm -rf test-results; ${settings} playwright test ${files}; ${moves.join('; ')}`;
}
