import { counts, type Producer } from '../ecosystem.ts';

const mixed = run('mixed', '*.test.js');
const pass = run('pass', 'pass/*.js');
const crash = run('crash', 'crash/*.js');

export const nodeTest: readonly Producer[] = [
  {
    name: 'node:test',
    version: 'node --version',
    fixtures: [
      {
        to: 'results/junit/node-test-mixed.xml',
        run: mixed,
        from: 'node-test/out/mixed.xml',
        said: 'cancelled 2',
        ...counts({ passed: 13, failed: 16, skipped: 5 }),
        why: 'a file and a suite without a test are told as tests that pass; an after hook that fails is not told at all; todo is skipped, also where it fails',
      },
      { to: 'results/junit/node-test-pass.xml', run: pass, from: 'node-test/out/pass.xml', said: 'pass 3', ...counts({ passed: 3 }) },
      {
        to: 'results/junit/node-test-crash.xml',
        run: crash,
        from: 'node-test/out/crash.xml',
        said: 'pass 3',
        ...counts({ passed: 3, failed: 1 }),
        why: 'a file that ends the process is told as one test that fails',
      },
      {
        to: 'results/tap/node-test.tap',
        run: mixed,
        from: 'node-test/out/mixed.tap',
        said: 'cancelled 2',
        ...counts({ passed: 12, failed: 10, errors: 8, skipped: 4 }),
        why: 'the 33 tests of the summary, 17 of them not passed, and an after hook that fails; hooks, what they cancel, a time-out and files that cannot be loaded are errors; todo is skipped, also where it fails',
      },
      { to: 'results/tap/node-test-pass.tap', run: pass, from: 'node-test/out/pass.tap', said: 'pass 3', ...counts({ passed: 3 }) },
      {
        to: 'results/tap/node-test-crash.tap',
        run: crash,
        from: 'node-test/out/crash.tap',
        said: 'pass 3',
        ...counts({ passed: 3, errors: 1 }),
        why: 'a file that ends the process is told as one point',
      },
    ],
  },
];

function run(name: string, files: string): string {
  const reporters = ['junit', 'tap', 'spec'].map((reporter) => {
    const to = reporter === 'spec' ? 'stdout' : `out/${name}.${reporter === 'junit' ? 'xml' : 'tap'}`;
    return `--test-reporter=${reporter} --test-reporter-destination=${to}`;
  });
  return `cd node-test && mkdir -p out && node --test ${reporters.join(' ')} ${files}`;
}
