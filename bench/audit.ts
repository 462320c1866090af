import { execFileSync } from 'node:child_process';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { median, time } from './measure.ts';

const CLI = resolve(import.meta.dirname, '../dist/cli.js');
const LAB = resolve(import.meta.dirname, '../tests/e2e/checks/lab');
const FILES = 20_000;
const FOLDERS = 200;
const ROUNDS = 5;
const TAGS = ['postgres:15', 'mariadb:10', 'redis:7', 'prometheus:2', 'alertmanager:1', 'api:1'];

/** The audit at size: a repository of 20,000 files (goal: 3 s and 300 MB), and a running stack of ten services (goal: 20 s). */
export async function benchAudit(): Promise<void> {
  await repository();
  await stack();
}

async function repository(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-bench-audit-'));
  try {
    for (let index = 0; index < FOLDERS; index += 1) await mkdir(join(folder, `src/part${index}`), { recursive: true });
    for (let index = 0; index < FILES; index += 1)
      await writeFile(join(folder, `src/part${index % FOLDERS}/module${index}.ts`), sourceOf(index));
    await writeFile(join(folder, 'compose.yaml'), 'services: {api: {image: "api:1.0", mem_limit: 64m}}\n');
    await writeFile(join(folder, 'gauntlet.yml'), 'version: 1\nstages:\n  - audit:\n');
    git(folder);
    const runs: { ms: number; peakBytes: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) runs.push(await measured(folder, ['-q', 'run']));
    process.stdout.write(
      `static audit of ${FILES} files: median ${(median(runs.map(({ ms }) => ms)) / 1_000).toFixed(2)} s for the whole run, ` +
        `at most ${(Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0)} MB (${ROUNDS} runs; goal 3 s, 300 MB)\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stack(): Promise<void> {
  if ((await time(['docker', 'compose', 'version'])).exitCode !== 0) {
    process.stdout.write('live audit: not measured, there is no docker compose here\n');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-bench-live-'));
  try {
    await time(['docker', 'build', '-q', ...TAGS.flatMap((tag) => ['-t', `gauntlet-lab/${tag}`]), LAB]);
    await writeFile(join(folder, 'compose.yaml'), await tenServices());
    await cp(join(LAB, 'prometheus'), join(folder, 'prometheus'), { recursive: true });
    await writeFile(
      join(folder, 'gauntlet.yml'),
      'version: 1\nstack: {compose: compose.yaml, ready: 120s}\nstages:\n  - audit: {checks: all}\n',
    );
    git(folder);
    await time([process.execPath, CLI, '-q', 'run'], { cwd: folder });
    const latest = (await readFile(join(folder, '.gauntlet/latest'), 'utf8')).trim();
    const stages = join(folder, '.gauntlet/runs', latest, 'stages');
    const [file] = await readdir(stages).catch(() => []);
    const ended =
      file === undefined ? undefined : (JSON.parse(await readFile(join(stages, file), 'utf8')) as { durationMs: number; status: string });
    process.stdout.write(
      ended?.status !== 'completed'
        ? 'live audit: the stack of ten services did not come up\n'
        : `live audit of ten services: ${(ended.durationMs / 1_000).toFixed(1)} s, ${ended.status} (goal 20 s)\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The good stack of the lab, with more of what it has. */
async function tenServices(): Promise<string> {
  const text = await readFile(join(LAB, 'good.compose.yaml'), 'utf8');
  const more = ['a', 'b', 'c'].map(
    (name) => `  redis-${name}:
    image: gauntlet-lab/redis:7
    user: redis
    command: redis-server --requirepass redis-Bd57wnUc --save "" --appendonly no --maxmemory 8mb
    environment: {REDIS_PASSWORD: redis-Bd57wnUc}
    healthcheck: {test: redis-cli -a redis-Bd57wnUc ping, interval: 1s, retries: 60}
`,
  );
  const [services = '', rest = ''] = text.split(/\nvolumes:/);
  return `${services}\n${more.join('')}volumes:${rest.replace('{environment: LAB_TOKEN}', '{environment: PATH}')}`;
}

function sourceOf(index: number): string {
  return Array.from({ length: 40 }, (_, line) => `export const value${line} = (input: number): number => input * ${index + line};\n`).join(
    '',
  );
}

function git(folder: string): void {
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', 'commit', '-q', '-m', 'first'],
  ])
    execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
}

/** Wall-clock time of a run, and the most memory that the kernel saw it hold (VmHWM of proc(5)). */
async function measured(cwd: string, args: readonly string[]): Promise<{ ms: number; peakBytes: number }> {
  const from = performance.now();
  const child = spawn(process.execPath, [CLI, ...args], { cwd, stdio: 'ignore' });
  let peakBytes = 0;
  const timer = setInterval(() => {
    void readFile(`/proc/${child.pid ?? 0}/status`, 'utf8')
      .then((status) => (peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024)))
      .catch(() => undefined);
  }, 20);
  await new Promise((done, refuse) => child.on('error', refuse).on('close', done));
  clearInterval(timer);
  return { ms: performance.now() - from, peakBytes };
}
