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
  const { failed: placed } = placedIn('/repo', ['web/src/a.test.ts'], { failed: [detail], skipped: [], flaky: [] });
  expect(placed).toMatchObject([{ file: detail.file, location }]);
});
