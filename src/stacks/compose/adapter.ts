import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { downAll, logs as composeLogs, upMany, type IDockerComposeOptions } from 'docker-compose';

import { errorMessage, GauntletError } from '../../model/errors.ts';
import type { Ports } from '../../ports/index.ts';
import type { Project } from './options.ts';

/**
 * The npm package `docker-compose` (1.5.0) for up, down and logs, with its traps tamed. Read in its source:
 *
 * - its promise settles 500 ms after the child's end, whatever happened: we settle on a marker that our wrapper prints at the end;
 * - no abort, no time-out, and the child is not handed out: the wrapper prints its pid and leads a process group (`setsid`), which
 *   we end; so an interrupted `up` is really over before `down` looks, and creates nothing behind its back;
 * - it rejects with an object that is no Error: ours is a result, never a rejection;
 * - output is kept up to 512 MB: bounded here to its last part, decoded across chunks, and handed on by lines;
 * - `env` replaces the whole environment: the project's is whole;
 * - no `configAsString` (uncaught EPIPE), no `ps` and `port` (lossy, IPv4 only).
 */
export interface PackageRun {
  readonly ended:
    | { readonly how: 'exit'; readonly code: number }
    | { readonly how: 'aborted' }
    | { readonly how: 'timeout'; readonly afterMs: number }
    | { readonly how: 'not-started'; readonly message: string };
  /** The last lines of stderr, where Compose reports. */
  readonly stderr: readonly string[];
}

export interface PackageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly onStdout?: ((line: string) => void) | undefined;
}

interface Address {
  readonly ports: Ports;
  readonly project: Project;
}

type Start = (options: IDockerComposeOptions) => Promise<unknown>;

const KEPT_LINES = 200;
const KEPT_LINE = 2_000;
const GRACE_MS = 1_000;

// `$1` is a nonce, so that nothing a container prints is taken for our marker. Without setsid (macOS) the pid alone is ended.
const WRAPPER = `run=; command -v setsid >/dev/null 2>&1 && run=setsid
exec $run sh -c 'nonce=$1; shift; echo "$nonce pid $$" >&2; "$@"; echo "$nonce exit $?" >&2' sh "$@"`;

/** `docker compose up -d`, never `--wait`: readiness is ours to judge. */
export function packageUp(ports: Ports, project: Project, options: PackageOptions): Promise<PackageRun> {
  return tamed({ ports, project }, options, (base) =>
    upMany([...project.services], { ...base, commandOptions: ['--no-build', '--no-color', '--quiet-pull'] }),
  );
}

/** `docker compose down`; `graceSeconds` before a container is killed. Named volumes go with it, unless they are to be kept. */
export function packageDown(
  ports: Ports,
  project: Project,
  options: PackageOptions & { readonly graceSeconds: number; readonly keepVolumes?: boolean },
): Promise<PackageRun> {
  const volumes = options.keepVolumes === true ? [] : ['--volumes'];
  const commandOptions = [...volumes, '--remove-orphans', '--timeout', String(options.graceSeconds)];
  return tamed({ ports, project }, options, (base) => downAll({ ...base, commandOptions }));
}

/** `docker compose logs` of one service, all replicas, dead or alive. */
export function packageLogs(ports: Ports, project: Project, options: PackageOptions & { readonly service: string }): Promise<PackageRun> {
  return tamed({ ports, project }, options, (base) =>
    composeLogs(options.service, { ...base, commandOptions: ['--no-color', '--timestamps'] }),
  );
}

async function tamed({ ports, project }: Address, options: PackageOptions, start: Start): Promise<PackageRun> {
  const nonce = `gauntlet-${randomUUID()}`;
  const child = new Child(nonce, options.onStdout);
  const over = start({
    cwd: project.projectDirectory,
    env: { ...project.env },
    config: [...project.files],
    composeOptions: [
      '--ansi',
      'never',
      '-p',
      project.project,
      '--project-directory',
      project.projectDirectory,
      ...pairs('--profile', project.profiles),
      ...pairs('--env-file', project.envFile),
    ],
    executable: { executablePath: 'sh', options: ['-c', WRAPPER, 'sh', nonce, 'docker'] },
    callback: (chunk, source) => child.take(chunk, source ?? 'stdout'),
    maxOutputLength: 0,
  }).then(
    () => child.settle({ how: 'exit', code: 0 }),
    (thrown: unknown) => child.settle(packageEnd(thrown)),
  );
  const stop = new AbortController();
  const ended = await Promise.race([child.ended, over.then(() => child.ended), interruption(ports, options, stop.signal)]);
  stop.abort();
  if (ended.how === 'aborted' || ended.how === 'timeout') await end(ports, project, child);
  return { ended, stderr: child.stderr };
}

/** One child of the package, read through the only thing it hands out: its output. */
class Child {
  pid: number | undefined;
  readonly stderr: string[] = [];
  readonly ended: Promise<PackageRun['ended']>;
  settle: (ended: PackageRun['ended']) => void = () => undefined;
  over = false;
  readonly #nonce: string;
  readonly #onStdout: PackageOptions['onStdout'];
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  readonly #open = { stdout: '', stderr: '' };

  constructor(nonce: string, onStdout: PackageOptions['onStdout']) {
    this.#nonce = nonce;
    this.#onStdout = onStdout;
    this.ended = new Promise((resolve) => {
      this.settle = (ended) => {
        this.over = true;
        this.#flush();
        resolve(ended);
      };
    });
  }

  take(chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    const parts = (this.#open[stream] + this.#decoders[stream].write(chunk)).split('\n');
    this.#open[stream] = parts.pop() ?? '';
    for (const line of parts) this.#line(line, stream);
  }

  #line(line: string, stream: 'stdout' | 'stderr'): void {
    if (stream === 'stdout') return this.#onStdout?.(line);
    if (line.startsWith(`${this.#nonce} pid `)) {
      this.pid = Number(line.slice(this.#nonce.length + ' pid '.length));
      return;
    }
    const marker = line.indexOf(`${this.#nonce} exit `);
    if (marker < 0) return this.#keep(line);
    if (marker > 0) this.#keep(line.slice(0, marker));
    const code = Number(line.slice(marker + this.#nonce.length + ' exit '.length));
    // What is still in the stdout pipe arrives in this turn or the next ones.
    setTimeout(() => this.settle({ how: 'exit', code }), this.#onStdout ? 50 : 0);
  }

  #keep(line: string): void {
    this.stderr.push(line.slice(0, KEPT_LINE));
    if (this.stderr.length > KEPT_LINES) this.stderr.shift();
  }

  #flush(): void {
    if (this.#open.stdout !== '') this.#onStdout?.(this.#open.stdout);
    if (this.#open.stderr !== '') this.#keep(this.#open.stderr);
    this.#open.stdout = this.#open.stderr = '';
  }
}

async function interruption({ clock }: Ports, { signal, timeoutMs }: PackageOptions, stop: AbortSignal): Promise<PackageRun['ended']> {
  const either = signal ? AbortSignal.any([signal, stop]) : stop;
  const timedOut = await clock.sleep(timeoutMs, either).then(
    () => true,
    () => false,
  );
  return timedOut ? { how: 'timeout', afterMs: timeoutMs } : { how: 'aborted' };
}

/**
 * INT lets Compose stop cleanly; KILL after a second, because a cancelled job has 7.5 seconds for everything. What counts is that
 * nothing of the group is left, not its leader: that is a shell, which an INT may end before Compose.
 */
async function end({ exec, clock }: Ports, project: Project, child: Child): Promise<void> {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const until = clock.monotonicMs() + GRACE_MS;
    let sent = false;
    while (clock.monotonicMs() < until) {
      const { pid } = child;
      if (pid === undefined) {
        // Not started yet, or it never will be.
        if (child.over) return;
      } else if (!sent) {
        sent = true;
        if (!exec.kill(pid, signal))
          await exec.run({ type: 'argv', argv: ['kill', `-${signal.slice(3)}`, String(pid)] }, { env: project.env, timeoutMs: GRACE_MS });
      } else if (!exec.kill(pid, 'SIGCONT') && !exec.isAlive(pid)) return;
      await clock.sleep(20);
    }
  }
}

function packageEnd(thrown: unknown): PackageRun['ended'] {
  if (typeof thrown === 'object' && thrown !== null && 'exitCode' in thrown && typeof thrown.exitCode === 'number')
    return { how: 'exit', code: thrown.exitCode };
  // A null exit code: the wrapper was killed by a signal.
  if (typeof thrown === 'object' && thrown !== null && 'exitCode' in thrown) return { how: 'exit', code: 137 };
  return { how: 'not-started', message: errorMessage(thrown) };
}

function pairs(option: string, values: readonly string[]): string[][] {
  return values.map((value) => [option, value]);
}

/** What went wrong in one line, or `undefined` when nothing did. */
export function packageFailure({ ended, stderr }: PackageRun): string | undefined {
  switch (ended.how) {
    case 'exit':
      return ended.code === 0 ? undefined : (tellingLine(stderr) ?? `docker compose exited with code ${ended.code}`);
    case 'aborted':
      return 'docker compose was interrupted';
    case 'timeout':
      return `docker compose did not end within ${ended.afterMs} ms`;
    case 'not-started':
      return `docker compose could not be run: ${ended.message}`;
  }
}

/** The package needs `sh`; said as an error that somebody can act on. */
export function assertStarted({ ended }: PackageRun): void {
  if (ended.how === 'not-started') {
    throw new GauntletError(`docker compose could not be run: ${ended.message}`, {
      kind: 'stack',
      hint: 'install Docker with the compose plugin, and a POSIX sh',
    });
  }
}

function tellingLine(stderr: readonly string[]): string | undefined {
  const said = stderr.map((line) => line.trim()).filter((line) => line !== '' && !/level=warning/.test(line));
  return said.findLast((line) => /error|failed|invalid|denied|unhealthy|exited|didn't complete|cannot|no such/i.test(line)) ?? said.at(-1);
}
