import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { openFaults } from '../../../src/run/faults.ts';
import { inlineProject } from '../support/project.ts';
import { journalOf, killedOnce } from './support/killed.ts';
import { systemOf, SYSTEM } from './support/system.ts';

// The gate is killed while a fault lasts that nothing but a process of ours can end. The stack stands on its own (`up`), so that
// nobody else ends it either.

test('a gate that is killed leaves no fault behind: the watchdog heals, and books it', async () => {
  const experiments = { hang: { fault: { pause: { service: 'db' }, for: '120s' }, steady: 'write-api' } };
  const config = { ...systemOf({ apis: { api: {} } }), stages: [{ chaos: { experiments: ['hang'] } }], experiments };
  await using project = await inlineProject({ ...SYSTEM, 'gauntlet.yml': JSON.stringify(config) });
  const { stdout } = await project.gauntlet(['up', '--json']);
  const run = join(project.path, '.gauntlet/runs', readdirSync(join(project.path, '.gauntlet/runs'))[0] ?? '');
  try {
    const url = (/"url":\s*"(http[^"]+)"/.exec(stdout)?.[1] ?? '').replace(/\/$/, '');
    expect(await ready(url)).toBe(true);
    await killedOnce(project.path, { run, when: (said) => said.includes('experiment hang: freeze db') });
    await expect.poll(() => openFaults(journalOf(run)), { timeout: 60_000 }).toEqual([]);
    await expect.poll(() => ready(url), { timeout: 30_000 }).toBe(true);
    expect(journalOf(run).filter(({ type }) => type === 'undone')).toMatchObject([{ outcome: 'healed' }]);
    const healed = await project.gauntlet(['heal']);
    expect(healed.stdout).not.toContain('healed fault');
  } finally {
    await project.gauntlet(['down', '--run', 'latest']);
  }
});

async function ready(url: string): Promise<boolean> {
  return fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
