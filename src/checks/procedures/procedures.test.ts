import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const RULE = (annotations: string): string =>
  `groups:\n  - name: api\n    rules:\n      - {alert: ApiDown, expr: up == 0, labels: {severity: critical}${annotations}}\n      - {alert: Slow, expr: a > 1, labels: {severity: warning}}\n`;

test('SEC-08: a rotation that is only a comment is found', async () => {
  const { found } = await audit('SEC-08', { 'scripts/rotate-keys.sh': '#!/bin/sh\n# TODO rotate the keys\nexit 0\n' });
  expect(found).toEqual(['P1 scripts/rotate-keys.sh']);
});

test('SEC-08: a rotation with steps is silent, and a repository without one is not asked for it', async () => {
  const real = { 'scripts/rotate_api_keys.py': 'import secrets\nnew = secrets.token_hex(32)\nprint(new)\n' };
  expect(await audit('SEC-08', real)).toMatchObject({ state: 'collected', found: [] });
  expect(await audit('SEC-08', { 'src/rotate-image.ts': 'export {};', 'docs/key-rotation.md': '# soon' })).toMatchObject({
    state: 'not-applicable',
  });
});

test('DATA-04: a job that removes old data and that nobody runs is found', async () => {
  const { found } = await audit('DATA-04', { 'jobs/gc.py': 'delete_old()\n', 'README.md': 'run jobs/gc.py by hand' });
  expect(found).toEqual(['P2 jobs/gc.py']);
});

test.each([
  ['a cron entry', { 'deploy/crontab': '0 3 * * * python jobs/gc.py\n' }],
  [
    'a scheduled workflow',
    { '.github/workflows/gc.yml': 'on:\n  schedule:\n    - cron: 0 3 * * *\njobs: {gc: {steps: [{run: python jobs/gc.py}]}}\n' },
  ],
  ['a worker', { 'src/worker.js': 'setInterval(() => run("jobs/gc.py"), 86400000);\n' }],
])('DATA-04: %s is a schedule', async (_, files) => {
  expect(await audit('DATA-04', { 'jobs/gc.py': 'delete_old()\n', ...files })).toMatchObject({ state: 'collected', found: [] });
});

test('OBS-09: critical alerts without a procedure, or with one that is gone', async () => {
  expect((await audit('OBS-09', { 'alerts.yml': RULE('') })).found).toEqual(['P2 ApiDown']);
  const gone = await audit('OBS-09', { 'alerts.yml': RULE(', annotations: {runbook_url: docs/runbooks/api.md}') });
  expect(gone.found).toEqual(['P2 ApiDown']);
});

test.each([
  ['a page of the repository', { 'alerts.yml': RULE(', annotations: {runbook_url: docs/api.md#down}'), 'docs/api.md': '# down' }],
  ['a page elsewhere', { 'alerts.yml': RULE(', annotations: {runbook_url: "https://wiki.example.com/api"}') }],
])('OBS-09: %s is a procedure', async (_, files) => {
  expect(await audit('OBS-09', files)).toMatchObject({ state: 'collected', found: [] });
});
