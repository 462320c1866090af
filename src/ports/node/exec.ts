import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import type { CommandOutcome } from '../../model/evidence.ts';
import { GauntletError } from '../../model/errors.ts';
import type { Command } from '../../model/plan.ts';
import type { Exec, ExecOptions, ExecResult } from '../exec.ts';
import { timerMs } from './clock.ts';
import { actionable, errorCode } from './errors.ts';
import { endGroup, goneWithin, isAlive, signalGroup } from './group.ts';
import { guarded } from './guard.ts';
import { Output } from './output.ts';

const GRACE_MS = 5_000;
/** The same for somebody who stops the gate: a cancelled job has 7.5 seconds for everything. */
const INTERRUPTED_GRACE_MS = 2_000;
/** How long output may still arrive after the process has ended: a grandchild can hold the pipe open for ever. */
const DRAIN_MS = 250;
/** How long what a process started may take to follow it. */
const FOLLOW_MS = 250;
/** A process that is still there so long after KILL hangs in the kernel; nobody can end it. */
const STUCK_MS = 2_000;

/** Real processes. */
export const nodeExec: Exec = {
  run,
  detach,
  isAlive,
  kill: signalGroup,
};

async function run(command: Command, options: ExecOptions): Promise<ExecResult> {
  const startedMs = performance.now();
  const output = new Output(options);
  const outcome = await execute(command, options, output).catch((error: unknown) => {
    closeQuietly(output);
    throw error;
  });
  output.close();
  return {
    outcome,
    durationMs: performance.now() - startedMs,
    stdout: output.text('stdout'),
    stderr: output.text('stderr'),
    tail: output.tail,
    outputBytes: output.bytes,
    droppedBytes: output.dropped,
  };
}

async function execute(command: Command, options: ExecOptions, output: Output): Promise<CommandOutcome> {
  if (options.signal?.aborted) return { ended: 'interrupted' };
  const started = await start(command, options, [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']);
  if (started.state === 'failed') {
    output.note(started.message);
    return started.outcome;
  }
  const { child, pid } = started;
  const release = guarded(pid);
  const ended = settled(child);
  child.stdout?.on('data', (chunk: Buffer) => output.push('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.push('stderr', chunk));
  options.onStart?.(pid);
  feed(child, options.stdin);
  try {
    const outcome = await conclude({ child, pid, ended }, options);
    await endRest(pid, options, output);
    return outcome;
  } finally {
    release();
  }
}

/** What a process leaves running in its group ends with it: nobody else would end it. */
async function endRest(pid: number, { graceMs = GRACE_MS }: ExecOptions, output: Output): Promise<void> {
  if (await goneWithin(pid, FOLLOW_MS)) return;
  output.note('[gauntlet: ended what was still running in the background when the command was over]');
  await endGroup(pid, graceMs);
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: ReturnType<typeof settled>;
}

/** Waits for the end, or brings it about. The first cause is the outcome, whatever the process answers to it. */
async function conclude({ child, pid, ended }: Running, options: ExecOptions): Promise<CommandOutcome> {
  let forced: CommandOutcome | undefined;
  let ending: Promise<unknown> | undefined;
  const { promise: stuck, resolve: giveUp } = Promise.withResolvers<void>();
  const end = (why: CommandOutcome): void => {
    if (forced !== undefined || child.exitCode !== null || child.signalCode !== null) return;
    forced = why;
    ending = endGroup(pid, options.graceMs ?? (why.ended === 'interrupted' ? INTERRUPTED_GRACE_MS : GRACE_MS)).finally(() =>
      setTimeout(() => giveUp(), STUCK_MS).unref(),
    );
  };
  const interrupt = (): void => {
    end({ ended: 'interrupted' });
  };
  const { timeoutMs } = options;
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => end({ ended: 'timeout', afterMs: timeoutMs }), timerMs(timeoutMs));
  options.signal?.addEventListener('abort', interrupt, { once: true });
  if (options.signal?.aborted) interrupt();
  const natural = await Promise.race([ended.exited, stuck]);
  clearTimeout(timer);
  options.signal?.removeEventListener('abort', interrupt);
  await ending;
  await drained(child, ended.closed);
  return forced ?? natural ?? { ended: 'interrupted' };
}

function settled(child: ChildProcess): { exited: Promise<CommandOutcome>; closed: Promise<void> } {
  const exited = Promise.withResolvers<CommandOutcome>();
  const closed = Promise.withResolvers<void>();
  child.once('exit', (code, signal) => exited.resolve(signal === null ? { ended: 'exit', code: code ?? 0 } : { ended: 'signal', signal }));
  child.once('close', () => closed.resolve());
  return { exited: exited.promise, closed: closed.promise };
}

async function drained(child: ChildProcess, closed: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, DRAIN_MS);
  await Promise.race([closed, promise]);
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function feed(child: ChildProcess, stdin: string | undefined): void {
  // A process that does not read its input is none of our business (EPIPE).
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdin);
}

async function detach(command: Command, options: ExecOptions & { readonly logFile: string }): Promise<{ readonly pid: number }> {
  let log: number;
  try {
    mkdirSync(dirname(options.logFile), { recursive: true });
    log = openSync(options.logFile, 'a');
  } catch (error) {
    throw actionable(error, options.logFile);
  }
  try {
    const started = await start(command, options, ['ignore', log, log]);
    if (started.state === 'failed')
      throw new GauntletError(started.message, { kind: 'stack', hint: 'install the program, or correct its name' });
    started.child.unref();
    return { pid: started.pid };
  } finally {
    closeSync(log);
  }
}

type Started =
  | { readonly state: 'running'; readonly child: ChildProcess; readonly pid: number }
  | { readonly state: 'failed'; readonly outcome: CommandOutcome; readonly message: string };

/** Starts the leader of a new session and process group. @throws GauntletError when the folder is not there. */
async function start(command: Command, options: ExecOptions, stdio: StdioOptions): Promise<Started> {
  const [program = '', ...args] = command.type === 'argv' ? command.argv : ['/bin/sh', '-c', command.line];
  assertFolder(options.cwd);
  try {
    const child = spawn(program, args, { cwd: options.cwd, env: { ...options.env }, stdio, detached: true, windowsHide: true });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    // Later errors (a signal that could not be sent) show in how the process ends.
    child.on('error', () => undefined);
    return { state: 'running', child, pid: child.pid ?? 0 };
  } catch (error) {
    return notStarted(program, error);
  }
}

function notStarted(program: string, error: unknown): Started {
  switch (errorCode(error)) {
    case 'ENOENT':
      return { state: 'failed', outcome: { ended: 'not-found', program }, message: `gauntlet: ${program}: program not found` };
    case 'EACCES':
    case 'ENOEXEC':
    case 'EISDIR':
      // What a shell says to a file that it may not or cannot execute.
      return { state: 'failed', outcome: { ended: 'exit', code: 126 }, message: `gauntlet: ${program}: cannot be executed` };
    case 'E2BIG':
      throw new GauntletError(`the arguments or the environment of ${program} are too long`, {
        kind: 'config',
        hint: 'pass the data in a file',
        cause: error,
      });
    default:
      throw actionable(error, program);
  }
}

/** Without this a missing folder looks like a missing program: both are ENOENT. */
function assertFolder(cwd: string | undefined): void {
  if (cwd === undefined || statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new GauntletError(`the folder to run in does not exist: ${cwd}`, {
    kind: 'config',
    hint: 'correct `cwd`, or create the folder before',
  });
}

function closeQuietly(output: Output): void {
  try {
    output.close();
  } catch {
    // The first error is the one to tell.
  }
}
