import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { endGroup, info, startGroup } from '@actions/core';

const LAST_LINES = 60;

/** Prints the end of every service's log, folded. What a service printed must not command the runner. */
export async function showLogs(runDirectory: string): Promise<void> {
  const folder = join(runDirectory, 'logs');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile() && candidate.name.endsWith('.log'))) {
    const path = join(entry.parentPath, entry.name);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    startGroup(
      `${path.slice(folder.length + 1)}${lines.length > LAST_LINES ? ` (last ${String(LAST_LINES)} of ${String(lines.length)} lines)` : ''}`,
    );
    const resume = randomUUID();
    info(`::stop-commands::${resume}`);
    for (const line of lines.slice(-LAST_LINES)) info(line);
    info(`::${resume}::`);
    endGroup();
  }
}
