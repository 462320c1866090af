import { counts, type Producer } from '../ecosystem.ts';
import { npmVersion } from './npm.ts';

export const ava: readonly Producer[] = [
  {
    name: 'ava',
    version: 'ava --version',
    fixtures: [
      {
        to: 'results/tap/ava.tap',
        run: 'cd ava && ava --tap *.test.js > mixed.tap',
        from: 'ava/mixed.tap',
        ...counts({ passed: 4, failed: 8, skipped: 2 }),
        disagreements: [
          { scope: 'plan', what: 'tests', declared: 12, counted: 14 },
          { scope: 'summary', what: 'tests', declared: 11, counted: 14 },
        ],
        why: 'two hooks, a file that cannot be loaded and its exit are points of their own; a todo is skipped',
      },
      {
        to: 'results/tap/ava-crash.tap',
        run: 'cd ava && ava --tap crash/*.test.js > crash.tap',
        from: 'ava/crash.tap',
        ...counts({}),
        gap: 'zero-tests',
        why: 'a test ends the process before anything is told',
      },
    ],
  },
];

export const tape: readonly Producer[] = [
  {
    name: 'tape',
    version: npmVersion('tape'),
    fixtures: [
      {
        to: 'results/tap/tape.tap',
        run: 'node tape/basket.js > tape/mixed.tap; grep "^# fail" tape/mixed.tap',
        from: 'tape/mixed.tap',
        said: '# fail 2',
        ...counts({ passed: 8, failed: 2, skipped: 2 }),
        why: 'tape tells assertions, not tests; a todo that fails is skipped',
      },
      { to: 'results/tap/tape-pass.tap', run: 'node tape/pass.js > tape/pass.tap', from: 'tape/pass.tap', ...counts({ passed: 1 }) },
      {
        to: 'results/tap/tape-crash.tap',
        run: 'node tape/crash.js > tape/crash.tap',
        from: 'tape/crash.tap',
        ...counts({ passed: 1 }),
        gap: 'truncated',
        why: 'the process dies before the plan',
      },
    ],
  },
];

const SCENARIOS = '11 scenarios (3 passed, 1 skipped, 1 pending, 1 undefined, 1 ambiguous, 4 failed)';
const cucumberMixed =
  'cd cucumber && cucumber-js features --retry 1 --retry-tag-filter @flaky -f json:mixed.json -f junit:mixed.xml -f message:mixed.ndjson -f summary';
const cucumberPass = 'cd cucumber && cucumber-js pass --import "features/steps/*.js" -f json:pass.json -f junit:pass.xml -f summary';

export const cucumber: readonly Producer[] = [
  {
    name: 'cucumber-js',
    version: 'cucumber-js --version',
    fixtures: [
      {
        to: 'results/cucumber/cucumber-js.json',
        run: cucumberMixed,
        from: 'cucumber/mixed.json',
        said: SCENARIOS,
        ...counts({ passed: 3, failed: 5, errors: 2, skipped: 1 }),
        why: 'a hook that fails is an error; pending, undefined and ambiguous steps fail the run',
      },
      {
        to: 'results/cucumber/cucumber-js-pass.json',
        run: cucumberPass,
        from: 'cucumber/pass.json',
        said: '2 scenarios (2 passed)',
        ...counts({ passed: 2 }),
      },
      {
        to: 'results/junit/cucumber-js.xml',
        run: cucumberMixed,
        from: 'cucumber/mixed.xml',
        said: SCENARIOS,
        ...counts({ passed: 3, failed: 7, skipped: 1 }),
      },
      {
        to: 'results/junit/cucumber-js-pass.xml',
        run: cucumberPass,
        from: 'cucumber/pass.xml',
        said: '2 scenarios (2 passed)',
        ...counts({ passed: 2 }),
      },
    ],
  },
];

const jasmines = 'cd jasmine && jasmine --random=false --helper=reporters.cjs "*.spec.js"';
const SPECS = '11 specs, 6 failures, 2 pending specs';
const SPECS_WHY = 'two of the six failures are hooks of a suite: one shows in the test behind it, one nowhere';

export const jasmine: readonly Producer[] = [
  {
    name: 'jasmine-reporters',
    version: npmVersion('jasmine-reporters'),
    fixtures: [
      {
        to: 'results/junit/jasmine.xml',
        run: jasmines,
        from: 'jasmine/out/junitresults.xml',
        said: SPECS,
        ...counts({ passed: 5, failed: 4, skipped: 2 }),
        why: SPECS_WHY,
      },
      {
        to: 'results/nunit2/jasmine.xml',
        run: jasmines,
        from: 'jasmine/out/nunit.xml',
        said: SPECS,
        ...counts({ passed: 5, failed: 4, skipped: 2 }),
        why: SPECS_WHY,
      },
    ],
  },
];

const DENO = '"$SCRATCH"/node_modules/@deno/*/deno test --no-check';
const STEPS = '5 passed (3 steps) | 4 failed (1 step) | 1 ignored (1 step)';
const denoMixed = `cd deno && export NO_COLOR=1 && ${DENO} --junit-path=mixed.xml basket_test.js; ${DENO} --reporter=tap basket_test.js > mixed.tap`;
const denoPass = `cd deno && export NO_COLOR=1 && ${DENO} --junit-path=pass.xml pass; ${DENO} --reporter=tap pass > pass.tap`;

export const deno: readonly Producer[] = [
  {
    name: 'deno test',
    version: npmVersion('deno'),
    fixtures: [
      {
        to: 'results/junit/deno.xml',
        run: denoMixed,
        from: 'deno/mixed.xml',
        said: STEPS,
        ...counts({ passed: 8, failed: 5, skipped: 2 }),
        why: 'ten tests and five steps; a test with steps is one of its own',
      },
      { to: 'results/junit/deno-pass.xml', run: denoPass, from: 'deno/pass.xml', said: '2 passed (1 step)', ...counts({ passed: 3 }) },
      {
        to: 'results/tap/deno.tap',
        run: denoMixed,
        from: 'deno/mixed.tap',
        said: STEPS,
        ...counts({ passed: 8, failed: 4, skipped: 2 }),
        why: 'the point that sums up its subtests is no test of its own',
      },
      { to: 'results/tap/deno-pass.tap', run: denoPass, from: 'deno/pass.tap', said: '2 passed (1 step)', ...counts({ passed: 2 }) },
    ],
  },
];

export const newman: readonly Producer[] = [
  {
    name: 'newman',
    version: npmVersion('newman'),
    fixtures: [
      {
        to: 'results/junit/newman.xml',
        run: 'cd newman && node server.mjs shop.json mixed.xml',
        from: 'newman/mixed.xml',
        said: 'ECONNREFUSED',
        ...counts({ passed: 3, failed: 3, errors: 1 }),
        disagreements: [{ scope: 'suite "refused"', what: 'errors', declared: 1, counted: 0 }],
        why: 'a script that throws and a request that fails are in the numbers of their suite alone: an error where the suite has no test; a skipped assertion is told as passed',
      },
      {
        to: 'results/junit/newman-pass.xml',
        run: 'cd newman && node server.mjs pass.json pass.xml',
        from: 'newman/pass.xml',
        ...counts({ passed: 2 }),
      },
    ],
  },
];
