import { expect, test } from 'vitest';

import { testPlace } from './test-place.ts';

test.each([
  ['src/auth/token.ts', ['tests/unit/auth/token.test.ts', 'tests/e2e/login.test.ts'], 'tests/unit/auth/token.test.ts'],
  ['src/auth/token.ts', ['tests/unit/auth/login.test.ts', 'tests/e2e/login.spec.ts'], 'tests/unit/auth/token.test.ts'],
  ['src/pay/card.ts', ['src/pay/cart.spec.ts', 'test_x.py'], 'src/pay/card.spec.ts'],
  ['app/limits.py', ['tests/test_users.py'], 'tests/test_limits.py'],
  ['app/limits.py', [], 'tests/test_limits.py'],
  ['hub/hub.go', ['hub/limiter_test.go'], 'hub/hub_test.go'],
  ['hub/hub.go', [], 'hub/hub_test.go'],
  ['src/main/java/shop/Cart.java', ['src/test/java/shop/UserTest.java'], 'src/test/java/shop/CartTest.java'],
  ['src/new.ts', [], 'src/new.test.ts'],
  ['lib/cart.rb', [], 'lib/cartTest.rb'],
])('a test of %s beside %j goes to %s', (source, files, place) => {
  expect(testPlace(source, files)).toBe(place);
});
