import { expect, test } from 'vitest';

import type { CaseDetail } from '../model/tests.ts';
import { placedIn } from './placed.ts';

const failed = (path: string, line?: number): CaseDetail => ({
  id: 'a',
  name: 'a',
  file: path,
  status: 'failed',
  attempts: ['failed'],
  source: 'a.xml',
  ...(line === undefined ? {} : { location: { path, line } }),
});

test.each([
  ['a path of a container', failed('/app/web/src/a.test.ts', 3), { path: 'web/src/a.test.ts', line: 3 }],
  ['a file without a line', failed('/app/web/src/a.test.ts'), { path: 'web/src/a.test.ts' }],
  [
    'a file of somebody else',
    failed('/usr/lib/python3/site-packages/a.test.ts', 3),
    { path: '/usr/lib/python3/site-packages/a.test.ts', line: 3 },
  ],
])('%s', (_, detail, location) => {
  const { failed: placed } = placedIn({ root: '/repo', tracked: ['web/src/a.test.ts'] }, { failed: [detail], skipped: [], flaky: [] });
  expect(placed).toMatchObject([{ file: detail.file, location }]);
});

const JAVA = ['api/src/test/java/shop/OrderTest.java', 'api/src/main/java/shop/Order.java', 'lib/src/main/java/shop/Order.java'];
const trace = (...frames: readonly string[]): string =>
  ['java.lang.AssertionError: no', ...frames.map((frame) => `\tat ${frame}`)].join('\n');

test.each([
  [
    'the frame in its own class',
    trace(
      'org.junit.Assert.fail(Assert.java:1)',
      'shop.OrderTest$Filled.sums(OrderTest.java:14)',
      'java.base/java.lang.reflect.Method.invoke(Method.java:5)',
    ),
    { path: 'api/src/test/java/shop/OrderTest.java', line: 14 },
  ],
  [
    'a frame below the one in another file of the repository',
    trace('shop.till.Cash.take(Cash.kt:3)', 'app//shop.OrderTest.sums(OrderTest.java:9)'),
    { path: 'api/src/test/java/shop/OrderTest.java', line: 9 },
  ],
  [
    'a helper where its own class is in no frame',
    trace('shop.till.Cash.take(Cash.kt:3)'),
    { path: 'api/src/main/kotlin/shop/till/Cash.kt', line: 3 },
  ],
  ['no file of which there are two', trace('shop.Order.add(Order.java:3)'), { path: 'api/src/test/java/shop/OrderTest.java' }],
  ['its class where no frame is known', trace('org.junit.Assert.fail(Assert.java:1)'), { path: 'api/src/test/java/shop/OrderTest.java' }],
])('a test of the JVM stands at %s', (_, detail, location) => {
  const test: CaseDetail = {
    id: 'a',
    name: 'sums',
    class: 'shop.OrderTest',
    status: 'failed',
    attempts: ['failed'],
    source: 'a.xml',
    detail,
  };
  const { failed: placed } = placedIn(
    { root: '/repo', tracked: [...JAVA, 'api/src/main/kotlin/shop/till/Cash.kt'] },
    {
      failed: [test],
      skipped: [],
      flaky: [],
    },
  );
  expect(placed[0]?.location).toEqual(location);
});

test.each([
  ['in a module below the top', 'ex.com/api/cart', 'cart/cart_test.go', 'services/api/cart/cart_test.go'],
  ['at the top of a module below the top', 'ex.com/api', 'cart_test.go', 'services/api/cart_test.go'],
  ['in the innermost of two modules', 'ex.com/api/tools', 'cart_test.go', 'tools/cart_test.go'],
  ['in a package of somebody else', 'ex.com/other', 'cart_test.go', 'cart_test.go'],
])('a test of go %s', (_, suite, path, expected) => {
  const tracked = ['services/api/cart/cart_test.go', 'services/api/cart_test.go', 'tools/cart_test.go'];
  const modules = [
    { path: 'ex.com/api', folder: 'services/api' },
    { path: 'ex.com/api/tools', folder: 'tools' },
  ];
  const { failed: placed } = placedIn(
    { root: '/repo', tracked, modules },
    { failed: [{ ...failed(path, 5), suite }], skipped: [], flaky: [] },
  );
  expect(placed[0]?.location).toEqual({ path: expected, line: 5 });
});
