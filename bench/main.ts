import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { benchMemory, benchSockets, benchThroughput } from './loads-capacity.ts';
import { benchAudit } from './audit.ts';
import { benchChaos } from './chaos.ts';
import { benchLoads } from './loads.ts';
import { benchRounds } from './loads-rounds.ts';
import { compare, median, time, type Comparison } from './measure.ts';
import { benchResults } from './results.ts';

// What the gate itself costs, as ratios against a named peer in the same run. Never a timed assertion in a test.
const CLI = resolve(import.meta.dirname, '../dist/cli.js');
const STAGES = ['unit', 'integration', 'e2e', 'performance', 'chaos'] as const;
const COMMANDS_PER_STAGE = 4;

const COMPOSE = `services:
  store:
    image: debian:bookworm-slim
    command: sh -c "sleep 1; touch /tmp/ready; trap 'exit 0' TERM; sleep 600 & wait"
    healthcheck: {test: test -f /tmp/ready, interval: 500ms, timeout: 1s, retries: 20}
  api:
    image: debian:bookworm-slim
    command: sh -c "touch /tmp/ready; trap 'exit 0' TERM; sleep 600 & wait"
    healthcheck: {test: test -f /tmp/ready, interval: 500ms, timeout: 1s, retries: 20}
    depends_on: {store: {condition: service_healthy}}
`;

// `npm run bench -- --rounds 10`: whether the example's loads say the same ten times in a row; `--leaks`: its searches for leaks.
const rounds = Number(/--rounds[= ](\d+)/.exec(process.argv.join(' '))?.[1] ?? 0);
if (process.argv[2] === 'chaos') await benchChaos(process.argv.slice(3));
else if (rounds > 0) await benchRounds(rounds, { leaks: process.argv.includes('--leaks') });
else await benchAll();

async function benchAll(): Promise<void> {
  print(await coldStart());
  await overhead();
  await benchResults();
  await benchLoads();
  await benchAudit();
  await benchChaos([]);
  await benchThroughput();
  await benchSockets();
  // `node --expose-gc bench/main.ts --minutes 10`: whether memory stays flat.
  await benchMemory(Number(/--minutes[= ](\d+(?:\.\d+)?)/.exec(process.argv.join(' '))?.[1] ?? 1));
  if (spawnSync('docker', ['compose', 'version']).status === 0) print(await stackUp());
  else process.stdout.write('stack-up: not measured, there is no docker compose here\n');
}

/** `--version` of the built program against bare Node. */
function coldStart(): Promise<Comparison> {
  const ours = async () => (await time([process.execPath, CLI, '--version'])).ms;
  const peer = async () => (await time([process.execPath, '-e', '0'])).ms;
  return compare('cold start: dist/cli.js --version against node -e 0', { ours, peer }, 15);
}

/** Five stages of trivial commands: what the whole run takes beyond the commands themselves. */
async function overhead(): Promise<void> {
  const project = await trivialProject();
  const wholeRun: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const { ms } = await time([process.execPath, CLI, '-q', 'run'], { cwd: project });
    const commandsMs = await lastRunCommandsMs(project);
    wholeRun.push(ms - commandsMs);
  }
  const whole = median(wholeRun);
  process.stdout.write(
    `overhead: ${STAGES.length} stages of ${COMMANDS_PER_STAGE} trivial commands: median ${whole.toFixed(0)} ms for the whole run beyond its commands ` +
      `(${(whole / STAGES.length).toFixed(0)} ms per stage, process start, evidence and report included)\n`,
  );
  await rm(project, { recursive: true, force: true });
}

/** Time to a ready stack against `docker compose up --wait` on the same file. */
async function stackUp(): Promise<Comparison> {
  const project = await mkdtemp(join(tmpdir(), 'gauntlet-bench-'));
  await writeFile(join(project, 'compose.yaml'), COMPOSE);
  await writeFile(
    join(project, 'gauntlet.yml'),
    'version: 1\nstack: {compose: compose.yaml, ready: 60s}\nstages:\n  - e2e: {run: "true"}\n',
  );
  const ours = async () => {
    const { ms } = await time([process.execPath, CLI, '-q', 'up'], { cwd: project });
    await time([process.execPath, CLI, '-q', 'down'], { cwd: project });
    return ms;
  };
  const peer = async () => {
    const { ms } = await time(['docker', 'compose', '-p', 'gauntlet-bench-peer', 'up', '-d', '--wait'], { cwd: project });
    await time(['docker', 'compose', '-p', 'gauntlet-bench-peer', 'down', '-v', '-t', '1'], { cwd: project });
    return ms;
  };
  const result = await compare('stack-up: gauntlet up against docker compose up --wait', { ours, peer }, 5);
  await rm(project, { recursive: true, force: true });
  return result;
}

async function trivialProject(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'gauntlet-bench-'));
  const commands = Array.from({ length: COMMANDS_PER_STAGE }, (_, index) => `        - {name: c${index}, run: ["true"]}`).join('\n');
  await writeFile(
    join(project, 'gauntlet.yml'),
    `version: 1\nstages:\n${STAGES.map((stage) => `  - ${stage}:\n      run:\n${commands}`).join('\n')}\n`,
  );
  return project;
}

async function lastRunCommandsMs(project: string): Promise<number> {
  const run = join(project, '.gauntlet/runs', (await readFile(join(project, '.gauntlet/latest'), 'utf8')).trim());
  let total = 0;
  for (const stage of STAGES) {
    const folder = join(run, 'evidence', stage);
    for (const file of (await readdir(folder)).filter((name) => name.startsWith('exit-'))) {
      total += (await json<{ durationMs: number }>(join(folder, file))).durationMs;
    }
  }
  return total;
}

async function json<Value>(path: string): Promise<Value> {
  return JSON.parse(await readFile(path, 'utf8')) as Value;
}

function print({ name, ours, peer, ratio, difference, pairs }: Comparison): void {
  process.stdout.write(
    `${name}: ${ours.toFixed(0)} ms against ${peer.toFixed(0)} ms, ratio ${ratio.toFixed(2)}, ${difference.toFixed(0)} ms more (medians of ${pairs} pairs)\n`,
  );
}
