import { spawn } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');

/** How a child process ended. A signal or a program that does not start is code -1. */
export interface Ended {
  readonly code: number;
  readonly output: string;
  /** Milliseconds from start to end. */
  readonly durationMs: number;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** `show` passes the output through to our own terminal and keeps none. */
  readonly output?: 'keep' | 'show';
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a JavaScript or TypeScript program with the Node that runs us, from the root of the repository. */
export function runNode(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run(process.execPath, [resolve(ROOT, program), ...args], options);
}

/** Runs a program from the root of the repository; never rejects. An aborted signal ends it with SIGTERM. */
export function run(program: string, args: readonly string[], { signal, output = 'keep', env }: RunOptions = {}): Promise<Ended> {
  const started = performance.now();
  // Programs of node_modules start others by name.
  const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, PATH, ...env },
    stdio: ['ignore', output === 'show' ? 'inherit' : 'pipe', output === 'show' ? 'inherit' : 'pipe'],
    ...(signal ? { signal } : {}),
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((fulfil) => {
    const end = (code: number): void => fulfil({ code, output: text, durationMs: performance.now() - started });
    child.once('error', (error) => {
      text += error.message;
      if (child.pid === undefined) end(-1);
    });
    child.once('close', (code) => end(code ?? -1));
  });
}

/** Aborts on the first Ctrl-C or SIGTERM, so that children are told and waited for. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => controller.abort(new Error(`stopped by ${name}`)));
  return controller.signal;
}
