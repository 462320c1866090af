import { visible } from '../lib/text.ts';
import type { Progress } from '../ports/index.ts';

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001B[2K';

/** Without a terminal, a line that would be replaced is printed when so much time has passed since the last one. Milliseconds. */
const PLAIN_MS = 10_000;

/** Progress on a terminal: what happens now on one line that is replaced, what happened above it. Plain lines elsewhere, now and then. */
export function terminalProgress(terminal: Terminal, { quiet }: { quiet: boolean }): Progress {
  if (quiet) return { say: () => {}, update: () => {}, warn: (line) => void terminal.write(`${clean(line)}\n`) };
  const live = terminal.isTTY === true;
  let saidMs = performance.now();
  const print = (line: string) => {
    saidMs = performance.now();
    terminal.write(`${live ? CLEAR_LINE : ''}${clean(line)}\n`);
  };
  return {
    say: print,
    warn: (line) => print(`! ${line}`),
    update: (line) => {
      if (live) terminal.write(`${CLEAR_LINE}${clean(line).slice(0, (terminal.columns ?? 80) - 1)}`);
      else if (performance.now() - saidMs >= PLAIN_MS) print(line);
    },
  };
}

/** The user's commands may print anything: nothing of it may steer the terminal. */
function clean(line: string): string {
  return visible(line).replaceAll('\n', ' ');
}
