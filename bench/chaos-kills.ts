import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { randomOf } from '../src/lib/random.ts';
import { JournalEntry } from '../src/model/run.ts';
import { openFaults } from '../src/run/faults.ts';
import { buildOutages } from '../tests/e2e/chaos/support/outages.ts';
import { inlineProject } from '../tests/e2e/support/project.ts';
import { median } from './measure.ts';

// The gate is killed at random moments of experiments on a real engine, and what is left is looked for from outside: with the tools of
// the machine, not with ours.

const MAIN = resolve(import.meta.dirname, '../src/cli/main.ts');
const HOLD_MS = 8_000;
/** From the beginning of the stage: the end of the steady window, and nearly the end of the fault. */
const FROM_MS = 2_500;
const TO_MS = 12_000;
/** Heal time: the watchdog's, and whatever the engine takes to start a container. */
const CLEAN_MS = 30_000;

const EDGE = { from: 'api', to: 'db' };
const FAULTS: readonly object[] = [
  { partition: EDGE },
  { pause: { service: 'db' } },
  { latency: { ...EDGE, delay: '200ms' } },
  { cpu: { service: 'db', cpus: 0.1 } },
  { disconnect: { service: 'db' } },
  { stop: { service: 'db' } },
  { blackhole: { service: 'db' } },
  { disk: { service: 'db' } },
  { bandwidth: { ...EDGE, rate: '16kB' } },
  { dns: { service: 'api', name: 'db' } },
  { dependency: { ...EDGE, stall: 'before' } },
  { reset: EDGE },
  { loss: { ...EDGE, share: '50%' } },
];

interface Round {
  readonly fault: string;
  readonly killedMs: number;
  /** A fault was booked and not healed at that moment. */
  readonly open: boolean;
  /** Until nothing was left; `undefined` when something was after all of the heal time. */
  readonly cleanMs: number | undefined;
  /** Until no process of ours was left: the watchdog looks again for a while at what the engine may still do. */
  readonly goneMs: number | undefined;
  readonly residue: string;
}

/** @throws Error when the stack does not come up. */
export async function benchChaosKills(count: number, seed: number): Promise<readonly Round[]> {
  const image = `gauntlet-outages:${randomBytes(4).toString('hex')}`;
  const named = FAULTS.map((fault) => [Object.keys(fault)[0] ?? '', { fault: { ...fault, for: `${HOLD_MS}ms` }, steady: 'ask' }] as const);
  await using project = await inlineProject({
    'compose.yaml': JSON.stringify(composeOf(image)),
    'image/Dockerfile': 'FROM scratch\nCOPY outages /outages\nENTRYPOINT ["/outages"]\n',
    'gauntlet.yml': JSON.stringify({
      version: 1,
      stack: { compose: 'compose.yaml', ready: '60s' },
      targets: { api: { service: 'api', port: 8080, health: '/' } },
      journeys: { ask: { steps: [{ get: '{{api}}/', expect: { status: 200 } }] } },
      stages: [{ chaos: { experiments: named.map(([name]) => name) } }],
      experiments: Object.fromEntries(named),
    }),
  });
  for (const name of ['api', 'db']) {
    mkdirSync(join(project.path, 'reports/truth', name), { recursive: true });
    chmodSync(join(project.path, 'reports/truth', name), 0o777);
  }
  buildOutages(join(project.path, 'image/outages'));
  run('docker', 'build', '-q', '-t', image, join(project.path, 'image'));
  const up = await project.gauntlet(['up']);
  if (up.exitCode !== 0) throw new Error(up.stdout + up.stderr);
  try {
    const folder = join(project.path, '.gauntlet/runs', readdirSync(join(project.path, '.gauntlet/runs'))[0] ?? '');
    const engine = engineOf(project.path);
    const random = randomOf(seed);
    const before = look(engine);
    const rounds: Round[] = [];
    for (let index = 0; index < count; index += 1) {
      const [fault = ''] = named[index % named.length] ?? [];
      const round = await killOnce({ path: project.path, folder, engine, fault, killedMs: FROM_MS + random() * (TO_MS - FROM_MS) }, before);
      rounds.push(round);
      process.stdout.write(`kill ${index + 1}: ${JSON.stringify(round)}\n`);
    }
    const clean = rounds.flatMap(({ cleanMs, residue }) => (residue === '' ? (cleanMs ?? []) : []));
    const gone = rounds.flatMap(({ goneMs }) => goneMs ?? []);
    process.stdout.write(
      `chaos, kill -9 of the gate at ${count} random moments (seed ${seed}): a fault was open at ${rounds.filter(({ open }) => open).length}; residue after ${rounds.length - clean.length}; clean after ${median(clean).toFixed(0)} ms (median), ${Math.max(...clean).toFixed(0)} ms (longest), no process left after ${Math.max(...gone).toFixed(0)} ms (longest)\n`,
    );
    return rounds;
  } finally {
    await project.gauntlet(['down', '--run', 'latest']);
    run('docker', 'image', 'rm', '-f', image);
  }
}

interface Killing {
  readonly path: string;
  readonly folder: string;
  readonly engine: string;
  readonly fault: string;
  readonly killedMs: number;
}

async function killOnce({ path, folder, engine, fault, killedMs }: Killing, before: object): Promise<Round> {
  only(fault, join(folder, 'plan.json'));
  const args = [MAIN, 'stage', 'chaos', '--run', 'latest'];
  const gate = spawn(process.execPath, args, { cwd: path, stdio: ['ignore', 'ignore', 'pipe'] });
  const started = Promise.withResolvers<void>();
  let said = '';
  gate.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('chaos │ starts')) started.resolve();
  });
  gate.on('exit', () => started.resolve());
  await started.promise;
  await sleep(killedMs);
  const open = openIn(folder).length > 0;
  gate.kill('SIGKILL');
  const from = performance.now();
  const sinceKill = (): number => Math.round(performance.now() - from);
  let [after, left, ours] = [look(engine), openIn(folder), oursIn(path)];
  let cleanMs: number | undefined;
  while (sinceKill() < CLEAN_MS) {
    const clean = isDeepStrictEqual(after, before) && left.length === 0;
    cleanMs = clean ? (cleanMs ?? sinceKill()) : undefined;
    if (clean && ours.length === 0) break;
    await sleep(100);
    [after, left, ours] = [look(engine), openIn(folder), oursIn(path)];
  }
  const whole = cleanMs !== undefined && ours.length === 0;
  return {
    fault,
    killedMs: Math.round(killedMs),
    open,
    cleanMs,
    goneMs: ours.length === 0 ? sinceKill() : undefined,
    residue: whole ? '' : JSON.stringify({ left, ours, before, after, said: said.slice(-500) }),
  };
}

/** One stage of one run is done again and again, each time with one of its experiments: `all` of them stand beside it. */
function only(fault: string, file: string): void {
  const all = `${file}.all`;
  if (!existsSync(all)) copyFileSync(file, all);
  const plan = JSON.parse(readFileSync(all, 'utf8')) as { stages: { experiments: { name: string }[] }[] };
  const stages = plan.stages.map((stage) => ({ ...stage, experiments: stage.experiments.filter(({ name }) => name === fault) }));
  writeFileSync(file, JSON.stringify({ ...plan, stages }));
}

/** The project's name on the engine: that of the container whose volume is ours. */
function engineOf(path: string): string {
  const names = run('docker', 'ps', '--filter', `volume=${path}/reports/truth`, '--format', '{{.Names}}');
  return /^(.*)-api-1$/m.exec(names)?.[1] ?? '';
}

function openIn(folder: string): readonly object[] {
  const lines = readFileSync(join(folder, 'journal.ndjson'), 'utf8').split('\n');
  return openFaults(lines.flatMap((line) => (line === '' ? [] : [JournalEntry.parse(JSON.parse(line))])));
}

/** Rules, queues, addresses, aliases, limits, mounts, states and processes of all containers. */
function look(engine: string): object {
  const containers = ['api', 'db'].map((service) => {
    const text = run('docker', 'inspect', '-f', '{{json .}}', `${engine}-${service}-1`);
    const { State, HostConfig, NetworkSettings } = JSON.parse(text) as Inspected;
    const inside = (...argv: string[]): string => (State.Pid > 0 ? run('nsenter', '-t', String(State.Pid), '-n', ...argv) : 'dead');
    return {
      service,
      state: [State.Status, State.Paused],
      // No quota is 0 for who never had one, and -1 for who had: `cpu` is what the kernel does.
      limits: [HostConfig.NanoCpus, Math.max(0, HostConfig.CpuQuota), HostConfig.CpuPeriod, HostConfig.Memory],
      cpu: State.Pid > 0 ? quota(State.Pid) : 'dead',
      rules: ['iptables-save', 'ip6tables-save'].map((save) => rulesOf(inside(save))),
      // Docker gives a network that is connected again the next name: eth1 in the place of eth0.
      queues: inside('tc', 'qdisc', 'show').replaceAll(/ (?:refcnt|limit) \S+|(?<=eth)\d+/g, ''),
      addresses: inside('ip', '-o', 'addr')
        .match(/inet6? [\d.a-f:]+/g)
        ?.filter((one) => !one.includes('fe80')),
      aliases: Object.values(NetworkSettings.Networks).map(({ Aliases, IPAddress }) => [[...(Aliases ?? [])].sort(), IPAddress]),
      mounts: State.Pid > 0 ? mountsOf(State.Pid) : 'dead',
      processes: State.Pid > 0 ? run('docker', 'top', `${engine}-${service}-1`, '-o', 'comm').split('\n').slice(1) : 'dead',
    };
  });
  return { containers };
}

/** Processes of ours that still live. */
function oursIn(path: string): readonly string[] {
  return run('ps', '-eo', 'args')
    .split('\n')
    .filter((line) => line.includes(path) || (line.includes(MAIN) && /watchdog|fault-agent/.test(line)));
}

interface Inspected {
  readonly State: { readonly Pid: number; readonly Status: string; readonly Paused: boolean };
  readonly HostConfig: { readonly NanoCpus: number; readonly CpuQuota: number; readonly CpuPeriod: number; readonly Memory: number };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] | null; readonly IPAddress: string }>>;
  };
}

/** Rules alone: counters, and tables that are empty, are nothing. Docker's own are those of its names. */
function rulesOf(saved: string): string[] {
  return saved.split('\n').filter((line) => line.startsWith('-A') && !/DOCKER_/.test(line));
}

function quota(pid: number): string {
  try {
    const place = /cpu[^:]*:(\/.*)/.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '';
    return readFileSync(`/sys/fs/cgroup/cpu${place}/cpu.cfs_quota_us`, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

function mountsOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ').slice(4, 6).join(' ') || [])
    .sort();
}

function composeOf(image: string): object {
  const common = { image, pull_policy: 'never', restart: 'always', stop_signal: 'SIGKILL' };
  const environment = (name: string) => ({ PORT: '8080', TRUTH: `/truth/${name}`, DOWN_MS: '0' });
  return {
    services: {
      api: { ...common, volumes: ['./reports/truth:/truth'], environment: environment('api'), depends_on: ['db'] },
      db: { ...common, volumes: ['./reports/truth:/truth', 'small:/data'], environment: environment('db'), expose: ['8080'] },
    },
    volumes: { small: { driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'size=2m' } } },
  };
}

/** What a program prints; nothing when it fails, as it does about a container that is just dying. */
function run(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    });
  } catch {
    return '{}';
  }
}
