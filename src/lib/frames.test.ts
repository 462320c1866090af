import { expect, it } from 'vitest';

import { placeInTrace } from './frames.ts';

it.each([
  ['.NET', '   at Shop.Tests.Basket.Adds() in /app/tests/Basket.cs:line 12', '/app/tests/Basket.cs', 12],
  ['.NET on Windows', '   at A.B(String x) in C:\\app\\a b\\B.cs:line 7\r', 'C:\\app\\a b\\B.cs', 7],
  ['Mono', '  at A.B () [0x00001] in /app/B.cs:7 ', '/app/B.cs', 7],
  ['Unity', 'Player.Falls () (at Assets/Tests/Player.cs:12)', 'Assets/Tests/Player.cs', 12],
  ['Python', 'Traceback (most recent call last):\n  File "/app/a.py", line 3, in f', '/app/a.py', 3],
  ['Perl', "#   Failed test 'adds'\n#   at t/a.t line 9.", 't/a.t', 9],
  ['bats', '# (in test file test/a.bats, line 4)', 'test/a.bats', 4],
  [
    'JavaScript',
    'Error: no\n    at node:internal/x:1:1\n    at f (/app/node_modules/x/a.js:1:2)\n    at g (/app/a.js:12:3)',
    '/app/a.js',
    12,
  ],
  ['JavaScript modules', '    at file:///app/a.js:12:3', '/app/a.js', 12],
  ['Rust', "thread 'a' (7) panicked at src/lib.rs:20:9:\nno", 'src/lib.rs', 20],
  ['Rust before 1.73', "thread 'a' panicked at 'no: 1:2', src/lib.rs:20:9", 'src/lib.rs', 20],
  ['Dart', 'package:matcher  expect\ntest/a_test.dart 12:5  main.<fn>', 'test/a_test.dart', 12],
])('finds the first own frame of %s', (_, trace, path, line) => {
  expect(placeInTrace(trace)).toEqual({ path, line });
});

it.each([undefined, '', 'no place at all', '   at System.Object.X()', 'x'.repeat(100_000)])('finds none in %s', (trace) => {
  expect(placeInTrace(trace)).toBeUndefined();
});
