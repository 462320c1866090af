import { expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';

it('history tells the runs of a repository, and draws the newest verdict', async () => {
  await using project = await inlineProject({ 'gauntlet.yml': 'version: 1\nstages: [{unit: {run: "test ! -e broken"}}]\n' });
  const none = await project.gauntlet(['history']);
  expect({ code: none.exitCode, said: none.stderr }).toEqual({ code: 2, said: expect.stringContaining('no judged run') as string });
  await project.gauntlet(['run']);
  await project.write({ broken: '' });
  await project.gauntlet(['run']);
  const told = await project.gauntlet(['history', '--badge', 'badge.svg']);
  const [first, second, total] = told.stdout.split('\n');
  expect([told.exitCode, total]).toEqual([0, expect.stringMatching(/^1 of 2 runs passed/)]);
  expect(first).toMatch(/^✓ .* pass .* score \d+ = 100\b/);
  expect(second).toMatch(/^✗ .* blocked .* score \d+ = 100 − 1 × P0 \(40\)/);
  expect(await project.read('badge.svg')).toContain('gauntlet: blocked');
  const { exitCode, stdout } = await project.gauntlet(['history', '.gauntlet/runs', '--last', '1', '--json', '--badge', 'badge.json']);
  expect([exitCode, (JSON.parse(stdout) as { runs: unknown[] }).runs.length]).toEqual([0, 1]);
  expect(JSON.parse(await project.read('badge.json'))).toMatchObject({ schemaVersion: 1, message: 'blocked' });
});
