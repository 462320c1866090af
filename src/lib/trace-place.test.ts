import { expect, it } from 'vitest';

import { placeInTrace } from './trace-place.ts';

const root = '/repo';

it.each([
  [
    'Python',
    'Traceback:\n  File "/usr/lib/python3.12/unittest/case.py", line 58, in run\n  File "/repo/tests/test_a.py", line 12, in test',
    'tests/test_a.py',
    12,
  ],
  ['pytest', 'tests/test_a.py:9: in helper\n    x\nE   assert 1 == 2', 'tests/test_a.py', 9],
  [
    'JavaScript',
    'Error: no\n    at run (/repo/node_modules/vitest/a.js:1:2)\n    at Object.<anonymous> (/repo/src/a.test.ts:7:13)',
    'src/a.test.ts',
    7,
  ],
  ['Node', 'at node:internal/process:3:1\nat file:///repo/src/a.mjs:4:1', 'src/a.mjs', 4],
  ['Ruby', 'Failure/Error: x\n# ./spec/a_spec.rb:4:in `block`', 'spec/a_spec.rb', 4],
  ['PHP', 'Failed asserting\n\n/repo/vendor/phpunit/Case.php:3\n/repo/tests/ATest.php:21', 'tests/ATest.php', 21],
  ['Rust', "thread 'a' panicked at src/lib.rs:5:9:\nassertion", 'src/lib.rs', 5],
  ['C++', '/repo/test/a_test.cc:33: Failure\nExpected', 'test/a_test.cc', 33],
  ['.NET', String.raw`at A.B.C() in /repo/tests/A.cs:line 14`, 'tests/A.cs', 14],
  ['a bare name', 'a_test.go:12: no', undefined, undefined],
  ['elsewhere', '/other/src/a.py:3: x', undefined, undefined],
  ['no place', 'connection to db.example.com:5432 refused at 10:30', undefined, undefined],
])('finds the place that %s names', (_, text, path, line) => {
  expect(placeInTrace(text, { root })).toEqual(path === undefined ? undefined : { path, line });
});

it("prefers the test's own file, under whatever folder the runner saw it", () => {
  const text = 'at helper (/repo/src/help.ts:1:1)\nat test (/repo/src/a.test.ts:9:1)';
  expect(placeInTrace(text, { root, file: 'src/a.test.ts' })).toEqual({ path: 'src/a.test.ts', line: 9 });
  expect(placeInTrace('a_test.go:12: no', { root, file: 'pkg/a_test.go' })).toEqual({ path: 'pkg/a_test.go', line: 12 });
});
