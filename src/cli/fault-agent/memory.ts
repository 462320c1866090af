import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

import type { AgentSpec } from '../../faults/kit/agent-spec.ts';
import type { Tally, Working } from './working.ts';

type Memory = Extract<AgentSpec['work'], { type: 'memory' }>;

const LOOK_MS = 20;
const PIECE_BYTES = 65_536;

/**
 * Joins the group first, then fills a file that lives in memory: its pages are the group's, and nobody's own. So whoever the kernel
 * kills, it is the largest process of the group, never this small one while there is a larger. Where it may, it exempts itself.
 */
const FILL =
  '{ echo -1000 > /proc/self/oom_score_adj; } 2>/dev/null; echo $$ > "$1" || exit 3; exec dd if=/dev/zero of="$2" bs=65536 count="$3"';

/** Uses up the memory of a group until the process that is meant is gone. */
export async function memory({ procs, victim, mostBytes, file }: Memory, tally: Tally): Promise<Working> {
  const start = startOf(victim);
  const child = spawn('sh', ['-c', FILL, 'sh', procs, file, String(Math.ceil(mostBytes / PIECE_BYTES))], { stdio: 'ignore' });
  const gone = new AbortController();
  child.on('error', () => gone.abort());
  child.on('exit', () => gone.abort());
  const stop = new AbortController();
  const over = (async (): Promise<void> => {
    // The life that was meant, and none after it: a group must be empty to be removed.
    while (!stop.signal.aborted && !gone.signal.aborted && startOf(victim) === start)
      await new Promise((settle) => setTimeout(settle, LOOK_MS));
    child.kill('SIGKILL');
    rmSync(file, { force: true });
    tally.pieces = startOf(victim) === start ? 0 : 1;
  })();
  return {
    over,
    end: async () => {
      stop.abort();
      await over;
    },
  };
}

function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
