import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { ReportV1 } from '../../../src/model/report-v1.ts';
import { PROGRAM } from './program.ts';

/** A tiny real repository on disk. */
export interface Project extends AsyncDisposable {
  readonly path: string;
  /** Runs the program in it. */
  readonly gauntlet: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly read: (file: string) => Promise<string>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with everything printed so far; may send signals. */
  readonly onOutput?: (output: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The latest run's report, when one was written. */
  readonly report: () => Promise<ReportV1>;
}

/** Writes files into a fresh git repository. */
export async function inlineProject(files: Readonly<Record<string, string>>): Promise<Project> {
  const path = await mkdtemp(join(tmpdir(), 'gauntlet-e2e-'));
  const project = projectIn(path);
  await project.write({ '.gitignore': '.gauntlet/\nreports/\n', ...files });
  await commitAll(path);
  return project;
}

function projectIn(path: string): Project {
  return {
    path,
    gauntlet: (args, options) => run(path, args, options),
    write: (more) => writeAll(path, more),
    read: (file) => readFile(join(path, file), 'utf8'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

async function commitAll(path: string): Promise<void> {
  await git(path, ['init', '-q', '-b', 'main']);
  await git(path, ['add', '-A']);
  await git(path, ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', 'commit', '-q', '-m', 'first']);
}

/** A folder that is there already, as a fresh git repository whose packages are found in `modules`. */
export async function projectAt(path: string, { modules }: { modules: string }): Promise<Project> {
  await symlink(modules, join(path, 'node_modules'));
  await commitAll(path);
  return projectIn(path);
}

async function writeAll(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

async function run(path: string, args: readonly string[], { env = {}, onOutput }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: path,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...env },
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
      onOutput?.(output.stdout + output.stderr, (signal) => void child.kill(signal));
    });
  }
  const exitCode = await new Promise<number | null>((done, refuse) => child.on('error', refuse).on('close', done));
  return { exitCode, ...output, report: () => latestReport(path) };
}

async function latestReport(path: string): Promise<ReportV1> {
  const id = (await readFile(join(path, '.gauntlet/latest'), 'utf8')).trim();
  return ReportV1.parse(JSON.parse(await readFile(join(path, '.gauntlet/runs', id, 'report.json'), 'utf8')));
}

function git(cwd: string, args: readonly string[]): Promise<void> {
  return new Promise((done, refuse) => {
    spawn('git', args, { cwd, stdio: 'ignore' })
      .on('error', refuse)
      .on('exit', (code) => (code === 0 ? done() : refuse(new Error(`git ${args.join(' ')}: ${code}`))));
  });
}
