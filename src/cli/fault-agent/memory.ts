import { readFileSync, writeFileSync } from 'node:fs';

import type { AgentSpec } from '../../faults/kit/agent-spec.ts';
import type { Tally, Working } from './working.ts';

type Memory = Extract<AgentSpec['work'], { type: 'memory' }>;

const PIECE_BYTES = 2_000_000;
const PAUSE_MS = 2;

/**
 * Joins the group of another process and takes its memory, until the kernel kills for want of it. Never the one who does this: it is
 * exempt, so the kernel's choice is among those whose group it is.
 */
export async function memory({ procs, victim, mostBytes }: Memory, tally: Tally): Promise<Working> {
  writeFileSync('/proc/self/oom_score_adj', '-1000');
  const start = startOf(victim);
  writeFileSync(procs, String(process.pid));
  const stop = new AbortController();
  const over = (async (): Promise<void> => {
    const taken: Buffer[] = [];
    // The life that was meant, and none after it: a group must be empty to be removed.
    while (!stop.signal.aborted && startOf(victim) === start && tally.pieces < mostBytes) {
      taken.push(Buffer.alloc(PIECE_BYTES, 1));
      tally.pieces += PIECE_BYTES;
      await new Promise((settle) => setTimeout(settle, PAUSE_MS));
    }
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
