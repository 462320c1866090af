// @ts-check
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Which attempt of this gate run this is: the gate says so, or a file remembers. */
export function attempt() {
  const { GAUNTLET_ATTEMPT, GAUNTLET_RUN_DIR, GAUNTLET_RUN_ID } = process.env;
  if (GAUNTLET_ATTEMPT) return Number(GAUNTLET_ATTEMPT);
  const marker = join(GAUNTLET_RUN_DIR ?? tmpdir(), `chat-agent-attempt-${GAUNTLET_RUN_ID ?? 'local'}`);
  if (existsSync(marker)) return 2;
  writeFileSync(marker, '');
  return 1;
}
