/* oxlint-disable vitest/no-conditional-tests, vitest/valid-title, vitest/valid-describe-callback, vitest/no-disabled-tests --
   suites are made with this, it is none itself */
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, it } from 'vitest';
import { parse } from 'yaml';

import { eventPayload } from '../../fakes/github/events.ts';
import type { FakeGitHub } from '../../fakes/github/server.ts';
import { processesBelow } from '../actions/leftovers.ts';
import type { Project } from '../support/project.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const ACT = 'act';
/** What a user of `acme/gauntlet@v1` downloads, as far as it runs: no node_modules, no source. */
const SHIPPED = ['action.yml', 'actions', 'bin', 'dist', 'package.json'];

/** `describe` for what needs nektos/act; loud without it, a failure in CI. */
export function describeWithAct(name: string, body: () => void): void {
  if (spawnSync(ACT, ['--version'], { stdio: 'ignore' }).status === 0) describe(name, body);
  else if (process.env['CI'] === 'true') {
    describe(name, () => {
      it('needs act', () => {
        throw new Error('act is not installed. In CI this is a failure: .ci/install builds it');
      });
    });
  } else {
    process.stderr.write(`\n*** SKIPPED: ${name}: act is not installed. Run .ci/install to run these tests. ***\n\n`);
    describe.skip(`${name} [skipped: no act]`, body);
  }
}

export interface Acted {
  readonly exitCode: number | null;
  readonly output: string;
  /** Processes that outlived the job. */
  readonly left: readonly string[];
}

export interface ActOptions {
  readonly workflow: string;
  /** Sends SIGINT to act when the output matches. */
  readonly interruptAt?: RegExp;
}

/** Runs a workflow of the project by act, on this machine, with the action as it is shipped. */
export async function act(project: Project, github: FakeGitHub, { workflow, interruptAt }: ActOptions): Promise<Acted> {
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-act-'));
  try {
    await Promise.all(SHIPPED.map((name) => cp(join(ROOT, name), join(folder, 'gauntlet', name), { recursive: true })));
    await write(join(folder, 'event.json'), JSON.stringify(eventPayload('pull_request.opened')));
    await write(join(folder, 'upload', 'action.yml'), UPLOAD);
    await project.write({ '.github/workflows/gate.yml': workflow });
    const args = ['pull_request', '-P', 'ubuntu-latest=-self-hosted', '--no-cache-server', '-e', join(folder, 'event.json')];
    args.push('--local-repository', `acme/gauntlet@v1=${join(folder, 'gauntlet')}`);
    args.push('--local-repository', `${await uploader()}=${join(folder, 'upload')}`);
    args.push('-s', `GITHUB_TOKEN=${github.token}`, '--env', `GITHUB_API_URL=${github.url}`, '--env', 'GITHUB_REPOSITORY=octo/demo');
    const ended = await runAct(args, { cwd: project.path, home: join(folder, 'home'), interruptAt });
    return { ...ended, left: processesBelow(folder) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Stands in for actions/upload-artifact, which needs GitHub's own service. */
const UPLOAD = `name: upload
inputs: {name: {}, path: {}}
runs:
  using: composite
  steps:
    - {shell: bash, env: {NAME: "\${{ inputs.name }}", FOLDER: "\${{ inputs.path }}"}, run: 'echo "uploaded $NAME:" $(ls "$FOLDER")'}
`;

async function uploader(): Promise<string> {
  const action = parse(await readFile(join(ROOT, 'action.yml'), 'utf8')) as { runs: { steps: { uses?: string }[] } };
  return action.runs.steps.find(({ uses }) => uses !== undefined)?.uses ?? '';
}

async function runAct(
  args: readonly string[],
  { cwd, home, interruptAt }: { cwd: string; home: string; interruptAt: RegExp | undefined },
): Promise<Omit<Acted, 'left'>> {
  const env = {
    PATH: `${join(ROOT, 'node_modules/node/bin')}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    XDG_CACHE_HOME: home,
    DOCKER_CONFIG: join(process.env['HOME'] ?? '/root', '.docker'),
  };
  const child = spawn(ACT, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let interrupted = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (interrupted || interruptAt?.test(output) !== true) return;
      interrupted = true;
      child.kill('SIGINT');
    });
  }
  const exitCode = await new Promise<number | null>((done, refuse) => child.on('error', refuse).on('close', done));
  return { exitCode, output };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
