import { resolve } from 'node:path';

import { setFailed } from '@actions/core';

import { explainError } from '../cli/errors.ts';
import { outputOf, type World } from '../cli/world.ts';
import { EXIT_CODES } from '../model/verdict.ts';

/** How repro lines start when nothing else is said: a checkout of the gate beside the repository. */
const COMMAND = '../gauntlet/bin/gauntlet';

const SAID: Record<number, string> = {
  [EXIT_CODES.blocked]: 'blocked: see the findings above',
  [EXIT_CODES.unknown]: 'unknown, which blocks: something that is owed could not be looked at',
  [EXIT_CODES.usage]: 'the configuration has to be changed before anything can run',
  [EXIT_CODES.interrupted]: 'stopped before its end',
  [EXIT_CODES.internal]: 'a defect of the gate itself',
};

/** Runs the body of a JavaScript action; its exit code fails the step, and an error is told with what to do about it. */
export async function runAction(entryFolder: string, body: (world: World) => Promise<number>): Promise<void> {
  const world = worldOf(entryFolder);
  try {
    const code = await body(world);
    if (code !== EXIT_CODES.pass) fail(code, `Gauntlet: ${SAID[code] ?? `exit code ${String(code)}`}`);
  } catch (error) {
    const { text, exitCode } = explainError(error, world.env);
    fail(exitCode, text.trim());
  }
}

/** The command line's own way in, from the folder of an action's entry (`src/action` or `dist/action`). */
export function launcherOf(entryFolder: string): string {
  return resolve(entryFolder, '../../bin/gauntlet');
}

function worldOf(entryFolder: string): World {
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const interrupt = new AbortController();
  // A cancelled job: SIGINT, after 7.5 s SIGTERM, after 2.5 s more the end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort(new Error(`stopped by ${signal}`)));
  return {
    argv: [],
    cwd: env['GITHUB_WORKSPACE'] ?? process.cwd(),
    env: { ...env, GAUNTLET_COMMAND: env['GAUNTLET_COMMAND'] ?? COMMAND },
    self: [launcherOf(entryFolder)],
    pid: process.pid,
    stdout: outputOf(process.stdout, env),
    stderr: outputOf(process.stderr, env),
    signal: interrupt.signal,
  };
}

function fail(code: number, message: string): void {
  setFailed(message);
  process.exitCode = code;
}
