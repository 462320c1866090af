import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { JournalEntry } from '../../../../src/model/run.ts';
import { openFaults } from '../../../../src/run/faults.ts';
import { PROGRAM } from '../../support/program.ts';

/** Starts the chaos stage of the latest run and kills it, with what it holds in its hands, when a fault is booked and `when` says so. */
export async function killedOnce(
  path: string,
  { run, when }: { readonly run: string; readonly when: (said: string) => boolean },
): Promise<void> {
  const gate = spawn(process.execPath, [PROGRAM, 'stage', 'chaos', '--run', 'latest'], { cwd: path, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  gate.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  await expect.poll(() => when(said) && openFaults(journalOf(run)).length > 0, { timeout: 120_000, interval: 20 }).toBe(true);
  // A moment later it is being done, or done.
  await new Promise((resolve) => setTimeout(resolve, 150));
  gate.kill('SIGKILL');
}

/** What is booked of a run, by its folder. */
export function journalOf(run: string): JournalEntry[] {
  return readFileSync(join(run, 'journal.ndjson'), 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JournalEntry.parse(JSON.parse(line))]));
}
