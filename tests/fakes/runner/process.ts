import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { StepResult } from './types.ts';

/** The runner's delays. https://github.com/actions/runner/blob/main/src/Runner.Sdk/ProcessInvoker.cs */
const INTERRUPT_MS = 7_500;
const TERMINATE_MS = 2_500;
const DRAIN_MS = 5_000;

export interface ProcessSpec {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  onLine: (line: string) => void;
  /** Starts SIGINT, SIGTERM, kill. */
  cancel: AbortSignal | undefined;
  /** Kills the tree at once. */
  kill: AbortSignal;
  timeScale: number;
}

export type ProcessResult = Pick<StepResult, 'exitCode' | 'signalled'> & { cancelled: boolean };

interface ProcessRow {
  pid: number;
  parent: number;
}

function processes(): ProcessRow[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
      } catch {
        return [];
      }
    });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone, which is what was wanted.
  }
}

function killTree(pid: number, rows = processes()): void {
  signal(pid, 'SIGKILL');
  for (const row of rows) if (row.parent === pid) killTree(row.pid, rows);
}

/** Kills what still carries the job's RUNNER_TRACKING_ID, and says what it was. */
export function reapOrphans(trackingId: string): { pid: number; command: string }[] {
  return processes().flatMap(({ pid }) => {
    try {
      const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`);
      if (!marked) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      signal(pid, 'SIGKILL');
      return command === '' ? [] : [{ pid, command }];
    } catch {
      return [];
    }
  });
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r$/, ''));
  };
  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
  stream.on('end', () => {
    take(decoder.end());
    if (rest !== '') onLine(rest);
  });
}

/** Runs one process as the runner does; signals go to it alone, never to its children, until the tree is killed. */
export function runProcess(spec: ProcessSpec): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(spec.command, spec.args, { cwd: spec.cwd, env: spec.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const result: ProcessResult = { exitCode: null, signalled: null, cancelled: false };
    const timers: NodeJS.Timeout[] = [];
    const later = (ms: number, act: () => void): void => void timers.push(setTimeout(act, ms * spec.timeScale));
    const send = (name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      result.signalled = name;
      if (name === 'SIGKILL') killTree(child.pid);
      else signal(child.pid, name);
    };
    const cancel = (): void => {
      result.cancelled = true;
      send('SIGINT');
      later(INTERRUPT_MS, () => send('SIGTERM'));
      later(INTERRUPT_MS + TERMINATE_MS, () => send('SIGKILL'));
    };
    const kill = (): void => send('SIGKILL');
    spec.cancel?.addEventListener('abort', cancel, { once: true });
    spec.kill.addEventListener('abort', kill, { once: true });
    if (spec.kill.aborted) kill();
    readLines(child.stdout, spec.onLine);
    readLines(child.stderr, spec.onLine);
    const finish = (): void => {
      for (const timer of timers) clearTimeout(timer);
      spec.cancel?.removeEventListener('abort', cancel);
      spec.kill.removeEventListener('abort', kill);
      resolve(result);
    };
    child.on('error', reject);
    child.on('exit', (code) => {
      result.exitCode = code;
      // A child that inherited the pipes may hold them open; the runner waits 5 s for them and goes on.
      later(DRAIN_MS, () => {
        child.stdout.destroy();
        child.stderr.destroy();
        finish();
      });
    });
    child.on('close', finish);
  });
}
