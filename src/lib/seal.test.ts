import { expect, test } from 'vitest';

import { seal, sealedIn, unseal } from './seal.ts';

const ENV = { API_TOKEN: 'q7Gx0vTz81LmPp3s', DB_URL: 'postgres://u:$&sUp3rPw77@h/db', HOME: '/root' };
const PLAN = { run: 'curl -H q7Gx0vTz81LmPp3s $&sUp3rPw77', list: [{ url: ENV.DB_URL }, 3, null] };

test('what is kept names its secrets, and the same environment brings them back', () => {
  const sealed = seal(PLAN, ENV);
  expect(JSON.stringify(sealed)).not.toMatch(/q7Gx0|sUp3r/);
  expect(unseal(sealed, ENV)).toEqual(PLAN);
});

test('another environment leaves them sealed, and says which', () => {
  const { DB_URL } = ENV;
  expect(sealedIn(unseal(seal(PLAN, ENV), { DB_URL }))).toEqual(['API_TOKEN']);
});
