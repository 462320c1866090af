import type { ExecResult } from '../ports/index.ts';
import type { InsideProcess } from './contract.ts';

/**
 * Prints `pid path-of-the-program` of each process that it is told of, or of all that can be seen (proc_pid_exe(5)), and `pid @uid:gid`
 * of one whose program only its own user may know: root of a container without CAP_SYS_PTRACE is not told either.
 */
export const LIST_PROGRAMS =
  'for p in ${@:-/proc/[0-9]*}; do p=${p#/proc/}; ' +
  'if e=$(readlink "/proc/$p/exe"); then printf "%s %s\\n" "$p" "$e"; else u=$(stat -c %u:%g "/proc/$p") && printf "%s @%s\\n" "$p" "$u"; fi; ' +
  'done; true';

/** What `LIST_PROGRAMS` printed. */
export function programsIn({ stdout }: Pick<ExecResult, 'stdout'>): InsideProcess[] {
  return stdout.split('\n').flatMap((line) => {
    const [, pid, program] = /^(\d+) (\/.*)$/.exec(line) ?? [];
    return pid === undefined || program === undefined ? [] : [{ pid: Number(pid), program }];
  });
}

/** Users (`uid:gid`) whose processes it could not look into. */
export function hiddenUsersIn({ stdout }: Pick<ExecResult, 'stdout'>): string[] {
  return [...new Set([...stdout.matchAll(/^\d+ @(\d+:\d+)$/gm)].map(([, user = '']) => user))];
}
