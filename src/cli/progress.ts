import { visible } from '../lib/text.ts';
import type { Progress } from '../ports/index.ts';

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001B[2K';

/** Progress on a terminal: what happens now on one line that is replaced, what happened above it. Plain lines elsewhere. */
export function terminalProgress(terminal: Terminal, { quiet }: { quiet: boolean }): Progress {
  if (quiet) return { say: () => {}, update: () => {}, warn: (line) => void terminal.write(`${clean(line)}\n`) };
  const live = terminal.isTTY === true;
  const print = (line: string) => void terminal.write(`${live ? CLEAR_LINE : ''}${clean(line)}\n`);
  return {
    say: print,
    warn: (line) => print(`! ${line}`),
    update: (line) => {
      if (live) terminal.write(`${CLEAR_LINE}${clean(line).slice(0, (terminal.columns ?? 80) - 1)}`);
    },
  };
}

/** The user's commands may print anything: nothing of it may steer the terminal. */
function clean(line: string): string {
  return visible(line).replaceAll('\n', ' ');
}
