import { expect, test } from 'vitest';

import { lineInTrace, readableFailure } from './trace.ts';

const NODE = `[Error [ERR_TEST_FAILURE]: Expected values to be strictly equal:

'closed' !== 'open'
] {
  code: 'ERR_TEST_FAILURE',
  failureType: 'testCodeFailure',
  cause: AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

  'closed' !== 'open'

      at TestContext.<anonymous> (file://tests/unit/breaker.test.js:79:12)
      at async Test.run (node:internal/test_runner/test:1409:7)
      at async Suite.processPendingSubtests (node:internal/test_runner/test:974:7) {
    generatedMessage: true,
    operator: 'strictEqual'
  }
}`;

test('the wrapper, the frames and the fields of node --test go; message and own frames stay', () => {
  expect(readableFailure("Expected values to be strictly equal:\n\n'closed' !== 'open'", NODE)).toBe(
    `AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
  'closed' !== 'open'
      at TestContext.<anonymous> (file://tests/unit/breaker.test.js:79:12)`,
  );
});

test('a message that the detail does not hold comes first, and a detail without frames is kept', () => {
  expect(readableFailure('1 != 2', 'def test_it():\n>   assert f() == 2\nE   assert 1 == 2')).toBe(
    '1 != 2\ndef test_it():\n>   assert f() == 2\nE   assert 1 == 2',
  );
  const pytest = '>   assert f() == 2\nE    assert 1 == 2\nE     +  where 1 = f()\n\ntests/test_it.py:3: AssertionError';
  expect(readableFailure('assert 1 == 2\n +  where 1 = f()', pytest)).toBe(pytest.replace('\n\n', '\n'));
  expect(readableFailure('only this')).toBe('only this');
  expect(readableFailure()).toBe('');
});

test('frames of packages and of the JVM go', () => {
  const detail = `java.lang.AssertionError: no
\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)
\tat com.acme.TokenTest.stale(TokenTest.java:12)
\tat org.junit.runners.Suite.run(Suite.java:1)`;
  expect(readableFailure('no', detail)).toBe('java.lang.AssertionError: no\n\tat com.acme.TokenTest.stale(TokenTest.java:12)');
  expect(readableFailure('x', 'Error: x\n    at a (/r/node_modules/b/c.js:1:1)\n    at /r/src/a.js:2:3')).toBe(
    'Error: x\n    at /r/src/a.js:2:3',
  );
});

test('the line of a file in a trace', () => {
  expect(lineInTrace('tests/unit/breaker.test.js', NODE)).toBe(79);
  expect(lineInTrace('tests/other.js', NODE)).toBeUndefined();
  expect(lineInTrace('a.js')).toBeUndefined();
});
