import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { expect, test } from 'vitest';

import { openFaults } from '../../../src/run/faults.ts';
import { JournalEntry } from '../../../src/model/run.ts';
import { inlineProject } from '../support/project.ts';
import { systemOf, SYSTEM } from './support/system.ts';

// The gate is killed while a fault lasts that nothing but a process of ours can end. The stack stands on its own (`up`), so that
// nobody else ends it either.

const MAIN = resolve(import.meta.dirname, '../../../src/cli/main.ts');

test('a gate that is killed leaves no fault behind: the watchdog heals, and books it', async () => {
  const experiments = { hang: { fault: { pause: { service: 'db' }, for: '120s' }, steady: 'write-api' } };
  const config = { ...systemOf({ apis: { api: {} } }), stages: [{ chaos: { experiments: ['hang'] } }], experiments };
  await using project = await inlineProject({ ...SYSTEM, 'gauntlet.yml': JSON.stringify(config) });
  const { stdout } = await project.gauntlet(['up', '--json']);
  const run = join(project.path, '.gauntlet/runs', readdirSync(join(project.path, '.gauntlet/runs'))[0] ?? '');
  try {
    const url = (/"url":\s*"(http[^"]+)"/.exec(stdout)?.[1] ?? '').replace(/\/$/, '');
    expect(await ready(url)).toBe(true);
    await killedOnce(project.path, { at: /experiment hang: freeze db/, run });
    await expect.poll(() => openFaults(journalOf(run)), { timeout: 60_000 }).toEqual([]);
    await expect.poll(() => ready(url), { timeout: 30_000 }).toBe(true);
    expect(journalOf(run).filter(({ type }) => type === 'undone')).toMatchObject([{ outcome: 'healed' }]);
    const healed = await project.gauntlet(['heal']);
    expect(healed.stdout).not.toContain('healed fault');
  } finally {
    await project.gauntlet(['down', '--run', 'latest']);
  }
});

/** Starts the chaos stage and kills it, with what it holds in its hands, when its fault is on its way. */
async function killedOnce(path: string, { at, run }: { at: RegExp; run: string }): Promise<void> {
  const gate = spawn(process.execPath, [MAIN, 'stage', 'chaos', '--run', 'latest'], { cwd: path, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  gate.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  await expect.poll(() => at.test(said) && openFaults(journalOf(run)).length > 0, { timeout: 120_000, interval: 20 }).toBe(true);
  // A moment later it is being done, or done.
  await new Promise((resolve) => setTimeout(resolve, 150));
  gate.kill('SIGKILL');
}

function journalOf(run: string): JournalEntry[] {
  return readFileSync(join(run, 'journal.ndjson'), 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JournalEntry.parse(JSON.parse(line))]));
}

async function ready(url: string): Promise<boolean> {
  return fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
