import type { Ports } from '../ports/index.ts';

/** One ability of this machine: whether it is there, and what is lost without it. */
export interface Ability {
  readonly name: string;
  readonly state: 'yes' | 'no' | 'partly';
  readonly detail: string;
  /** What cannot be done without it; empty when it is there. */
  readonly cost: string;
}

type Outside = Pick<Ports, 'exec' | 'env' | 'tcp'>;

const PROBE_MS = 10_000;
/** Where iptables and tc are; not on every user's PATH, and faults look there too. */
const SYSTEM_PATH = '/usr/sbin:/sbin';

interface Probe {
  readonly name: string;
  readonly argv: readonly string[];
  readonly cost: string;
  /** Asked through sudo where we are not root, as faults are. */
  readonly root?: true;
  /** What the output says, for a person. */
  readonly detail?: (output: string) => string;
}

const PROBES: readonly Probe[] = [
  {
    name: 'git',
    argv: ['git', '--version'],
    cost: 'no tracked file list: coverage paths cannot be mapped, waivers cannot be read from the base branch',
  },
  { name: 'docker client', argv: ['docker', '--version'], cost: 'no compose stack: use a process or external stack' },
  {
    name: 'docker engine',
    argv: ['docker', 'version', '--format', '{{.Server.Version}}'],
    cost: 'no compose stack: start the engine (`sudo systemctl start docker`), or use a process stack',
  },
  { name: 'docker compose', argv: ['docker', 'compose', 'version', '--short'], cost: 'no compose stack: install the Compose v2 plugin' },
  { name: 'nsenter', argv: ['nsenter', '--version'], cost: 'no network faults inside a container’s own network namespace' },
  { name: 'iptables', argv: ['iptables', '--version'], cost: 'no partition, loss or DNS faults' },
  { name: 'tc', argv: ['tc', '-V'], cost: 'no bandwidth or netem faults' },
  {
    name: 'netem',
    argv: ['unshare', '--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'],
    root: true,
    cost: 'latency and jitter come from a proxy instead; corrupt, duplicate and reorder faults are unsupported',
    detail: () => 'the kernel has sch_netem',
  },
];

/** Looks at what this machine can do. Changes nothing: the netem probe works in a network namespace that ends with it. */
export async function examine({ exec, env, tcp }: Outside): Promise<Ability[]> {
  const outside = { exec, env: { ...env, PATH: [env['PATH'] ?? '/usr/bin:/bin', SYSTEM_PATH].join(':') }, tcp };
  const root = await privileges(outside);
  const prefix = root.detail === SUDO ? ['sudo', '-n', '--'] : [];
  const probed = PROBES.map((probe) => look(outside, { ...probe, argv: [...(probe.root ? prefix : []), ...probe.argv] }));
  return [root, ...(await Promise.all(probed)), await loopback(outside)];
}

async function look({ exec, env }: Outside, { name, argv, cost, detail }: Probe): Promise<Ability> {
  const { outcome, stdout, stderr } = await exec.run({ type: 'argv', argv: [...argv] }, { env, timeoutMs: PROBE_MS });
  const output = firstLine(stdout) || firstLine(stderr);
  if (outcome.ended === 'exit' && outcome.code === 0) return { name, state: 'yes', detail: detail?.(output) ?? output, cost: '' };
  const why =
    outcome.ended === 'not-found'
      ? `${outcome.program} is not installed`
      : outcome.ended === 'timeout'
        ? `no answer within ${PROBE_MS / 1000} s`
        : output;
  return { name, state: 'no', detail: why || `ended by ${outcome.ended}`, cost };
}

const SUDO = 'sudo without a password';

async function privileges({ exec, env }: Outside): Promise<Ability> {
  const name = 'root or sudo';
  const id = await exec.run({ type: 'argv', argv: ['id', '-u'] }, { env, timeoutMs: PROBE_MS });
  if (id.stdout.trim() === '0') return { name, state: 'yes', detail: 'root', cost: '' };
  const sudo = await exec.run({ type: 'argv', argv: ['sudo', '-n', 'true'] }, { env, timeoutMs: PROBE_MS });
  if (sudo.outcome.ended === 'exit' && sudo.outcome.code === 0) return { name, state: 'yes', detail: SUDO, cost: '' };
  return {
    name,
    state: 'no',
    detail: 'neither root nor password-less sudo',
    cost: 'no network faults, no process death from outside a container',
  };
}

async function loopback({ tcp }: Outside): Promise<Ability> {
  const name = 'free ports';
  try {
    return { name, state: 'yes', detail: `for example ${await tcp.freePort()} on the loopback interface`, cost: '' };
  } catch (error) {
    return { name, state: 'no', detail: error instanceof Error ? error.message : 'none', cost: 'no stack can publish its ports' };
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.trim() ?? '';
}
