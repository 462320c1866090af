import type { ExecResult } from '../ports/index.ts';
import type { InsideProcess } from './contract.ts';

/** Prints `pid path-of-the-program` of each process that it is told of, or of all that can be seen (proc_pid_exe(5)). */
export const LIST_PROGRAMS =
  'for p in ${@:-/proc/[0-9]*}; do p=${p#/proc/}; e=$(readlink "/proc/$p/exe") && printf "%s %s\\n" "$p" "$e"; done; true';

/** What `LIST_PROGRAMS` printed. */
export function programsIn({ stdout }: Pick<ExecResult, 'stdout'>): InsideProcess[] {
  return stdout.split('\n').flatMap((line) => {
    const [, pid, program] = /^(\d+) (.+)$/.exec(line) ?? [];
    return pid === undefined || program === undefined ? [] : [{ pid: Number(pid), program }];
  });
}
