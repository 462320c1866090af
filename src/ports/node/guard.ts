import { spawn, type ChildProcess } from 'node:child_process';

/** Between TERM and KILL, in tenths of a second. */
const GRACE_TENTHS = 30;

// Reads who lives from its input; the end of the input is the end of us. `kill -0` on a group also counts zombies, which
// init reaps at once when their parent is gone.
const SCRIPT = `
trap '' HUP INT TERM
alive=' '
while read -r act group; do
  case $act in
    +) alive="$alive$group " ;;
    -) alive="\${alive%% $group *} \${alive#* $group }" ;;
  esac
done
signal() { for group in $alive; do kill -"$1" "-$group" 2>/dev/null; done; }
any() { for group in $alive; do kill -0 "-$group" 2>/dev/null && return 0; done; return 1; }
signal TERM
signal CONT
tenths=0
while any && [ $tenths -lt ${String(GRACE_TENTHS)} ]; do sleep 0.1; tenths=$((tenths + 1)); done
signal KILL
`;

let guard: ChildProcess | undefined;

/**
 * Has a process group ended when this process goes without having done so, even by `kill -9`: a shell beside us holds the
 * other end of a pipe, and the kernel closes ours. The result says that the group is gone.
 */
export function guarded(group: number): () => void {
  tell(`+ ${String(group)}\n`);
  return () => tell(`- ${String(group)}\n`);
}

function tell(line: string): void {
  guard ??= start();
  guard.stdin?.write(line);
}

/** In a session of its own, so that a signal to our whole group (Ctrl-C, a runner's kill) does not reach it. */
function start(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without it (no /bin/sh, no more processes) everything goes on as without a seat belt.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return child;
}
