import { constants } from 'node:os';
import { dirname, join } from 'node:path';

import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { errorMessage } from '../../model/errors.ts';
import type { CommandOutcome } from '../../model/evidence.ts';
import type { Ports } from '../../ports/index.ts';
import type { Board } from './board.ts';
import { probe } from './health.ts';
import { identify } from './identity.ts';
import type { Dependency } from './options.ts';
import { filled, HOST } from './resolve.ts';
import { Route, type ServiceSpec, type ServiceState, type SupervisorSpec } from './spec.ts';

/** As Docker does: twice as long after each death, from the beginning after a life of ten seconds. */
const BACKOFF_MS = { first: 100, most: 10_000, calm: 10_000 } as const;
/** Logs of the first start and of the last ones are kept; each gets its part of the bound. */
const KEPT_LOGS = 4;
/** How long a port of a former life may take to become free. */
const PORT_MS = 1_000;

export interface ChildScene {
  readonly ports: Ports;
  readonly spec: SupervisorSpec;
  readonly board: Board;
  readonly env: {
    readonly base: Readonly<Record<string, string>>;
    /** Of this service alone; values still say `{{name.port}}`. */
    readonly own: Readonly<Record<string, string>>;
  };
  readonly redact: (text: string) => string;
  /** Aborted when this service has to end. */
  readonly stop: AbortSignal;
}

/** The whole life of one service: waits for what it depends on, starts, starts again, until it may not or must not. */
export async function live(service: ServiceSpec, scene: ChildScene): Promise<void> {
  const { ports, board, stop } = scene;
  if (!(await board.until(() => service.dependsOn.every((need) => isMet(need, scene)), stop))) return;
  let pause: number = BACKOFF_MS.first;
  for (let restarts = 0; ; restarts++) {
    const startedMs = ports.clock.monotonicMs();
    if (restarts > 0) board.incident(service.name, 'restarted', `was started again (${String(restarts)})`);
    const { exitCode, error } = await once(service, restarts, scene);
    const finished = { exitCode, finishedAt: ports.clock.now(), ...(error === undefined ? {} : { error }) };
    // Who was held down did not end by itself: it is started again whatever its policy says.
    const held = !stop.aborted && (await whileHeld(service, exitCode, scene));
    const again = !stop.aborted && error === undefined && (held || mayRestart(service, exitCode));
    // Who was told to end has not failed: the cause is what told it.
    const ended = stop.aborted ? 'missing' : 'exited';
    board.update(service.name, { ...finished, state: again ? 'restarting' : ended, health: 'none' });
    if (!stop.aborted && !(service.oneShot && exitCode === 0))
      board.incident(service.name, 'died', error ?? `exited with code ${String(exitCode)}`);
    if (!again) return;
    if (held) {
      pause = BACKOFF_MS.first;
      continue;
    }
    pause = ports.clock.monotonicMs() - startedMs >= BACKOFF_MS.calm ? BACKOFF_MS.first : pause;
    await ports.clock.sleep(pause, stop).catch(() => undefined);
    if (stop.aborted) {
      board.update(service.name, { state: 'missing' });
      return;
    }
    pause = Math.min(pause * 2, BACKOFF_MS.most);
  }
}

/** What a fault writes to hold a service down: when that is over, whoever is left then. */
const Hold = z.object({ until: z.number() });
const HELD_LOOK_MS = 50;

/** Waits as long as a fault holds the service down; tells whether one did. */
async function whileHeld({ name }: ServiceSpec, exitCode: number, { ports, spec, board, stop }: ChildScene): Promise<boolean> {
  const file = join(dirname(spec.stateFile), 'held', `${name}.json`);
  for (let held = false; ; held = true) {
    const hold = Hold.safeParse(parseJson(await ports.files.readText(file).catch(() => ''))).data;
    if (hold === undefined || stop.aborted || Date.parse(ports.clock.now()) >= hold.until) return held;
    if (!held) board.update(name, { state: 'exited', health: 'none', exitCode, finishedAt: ports.clock.now() });
    await ports.clock.sleep(HELD_LOOK_MS, stop).catch(() => undefined);
  }
}

/** One life, from start to end, with all that it leaves behind in its process group. */
async function once(service: ServiceSpec, restarts: number, scene: ChildScene): Promise<{ exitCode: number; error?: string }> {
  const { ports, spec, board, redact, stop } = scene;
  const ended = new AbortController();
  const logFile = await nextLog(service, restarts, scene);
  const busy = await busyPort(service, scene);
  if (busy !== undefined) return { exitCode: 126, error: `port ${String(busy)} is in use by another process` };
  const env = await environmentNow(service, scene);
  let pid = 0;
  let probing: Promise<void> = Promise.resolve();
  const onStart = (started: number): void => {
    pid = started;
    board.update(service.name, { ...firstState(service, restarts, started), startedAt: ports.clock.now() });
    const known = identify(ports, started).then((process) => (process === undefined ? undefined : board.update(service.name, { process })));
    const health =
      service.health === undefined ? undefined : probe(service, service.health, { ports, board, env, redact, ended: ended.signal });
    probing = Promise.all([known, health]).then(() => undefined);
    // Awaited below; until then nobody listens.
    probing.catch(() => undefined);
  };
  try {
    const maxLogBytes = Math.floor(spec.maxLogBytes / KEPT_LOGS);
    const { outcome } = await ports.exec.run(service.command, {
      cwd: service.cwd,
      env,
      logFile,
      maxLogBytes,
      captureBytes: 0,
      redact,
      signal: stop,
      graceMs: spec.graceMs,
      onStart,
    });
    if (outcome.ended === 'not-found') return { exitCode: 127, error: `${outcome.program}: program not found` };
    return { exitCode: codeOf(outcome) };
  } catch (error) {
    return { exitCode: 126, error: errorMessage(error) };
  } finally {
    ended.abort();
    if (pid > 0) ports.exec.kill(pid, 'SIGKILL');
    await probing.catch((error: unknown) => ports.progress.warn(`${service.name}: health check: ${errorMessage(error)}`));
  }
}

/** Where other services are for this life: at their own places, or where a fault that stands in between leads to. */
async function environmentNow({ name }: ServiceSpec, { ports, spec, env }: ChildScene): Promise<Record<string, string>> {
  const folder = join(dirname(spec.stateFile), 'routes', name);
  const places = Object.fromEntries(spec.services.map((service) => [service.name, { ...service.ports }]));
  for (const file of await ports.files.list(folder).catch(() => [])) {
    const route = Route.safeParse(parseJson(await ports.files.readText(join(folder, file)).catch(() => ''))).data ?? {};
    for (const [port, other] of Object.entries(route)) {
      const [service = '', label = ''] = port.split('.');
      const own = places[service];
      if (own?.[label] !== undefined) own[label] = other;
    }
  }
  return { ...env.base, ...filled(env.own, { ports: places, service: name }) };
}

/** Whoever listens there already would answer the health checks in the name of a service that never came up. */
async function busyPort(service: ServiceSpec, { ports, stop }: ChildScene): Promise<number | undefined> {
  const deadline = ports.clock.monotonicMs() + PORT_MS;
  for (;;) {
    const probes = Object.values(service.ports).map(async (port) => ({ port, busy: await ports.tcp.probe(HOST, port, PORT_MS) }));
    const busy = (await Promise.all(probes)).find((probe) => probe.busy)?.port;
    if (busy === undefined || stop.aborted || ports.clock.monotonicMs() >= deadline) return busy;
    await ports.clock.sleep(100, stop).catch(() => undefined);
  }
}

function firstState(service: ServiceSpec, restarts: number, pid: number): Partial<ServiceState> {
  // The identity follows at once; until then the pid alone is better than nothing.
  return { state: 'running', restarts, health: service.health === undefined ? 'none' : 'starting', process: { pid, startedAt: '' } };
}

function isMet({ name, condition }: Dependency, { board, spec }: ChildScene): boolean {
  const state = board.get(name);
  if (state === undefined) return false;
  switch (condition) {
    case 'service_started':
      return state.startedAt !== undefined;
    case 'service_healthy':
      return spec.services.find((service) => service.name === name)?.health === undefined
        ? state.state === 'running'
        : state.health === 'healthy';
    case 'service_completed_successfully':
      return state.state === 'exited' && state.exitCode === 0;
  }
}

function mayRestart({ restart }: ServiceSpec, exitCode: number): boolean {
  return restart === 'always' || (restart === 'on-failure' && exitCode !== 0);
}

/** As shells say it: 128 and the number of the signal. */
function codeOf(outcome: CommandOutcome): number {
  switch (outcome.ended) {
    case 'exit':
      return outcome.code;
    case 'signal':
      return 128 + (constants.signals[outcome.signal as NodeJS.Signals] ?? 0);
    case 'timeout':
    case 'interrupted':
      return 143;
    case 'not-found':
      return 127;
  }
}

async function nextLog(service: ServiceSpec, restarts: number, { ports, spec, board }: ChildScene): Promise<string> {
  const path = join(spec.logs, `${service.name}.${String(restarts)}.log`);
  const logs = [...(board.get(service.name)?.logs ?? []), path];
  const kept = logs.length <= KEPT_LOGS ? logs : [...logs.slice(0, 1), ...logs.slice(1 - KEPT_LOGS)];
  for (const old of logs.filter((log) => !kept.includes(log))) await ports.files.remove(old).catch(() => undefined);
  board.update(service.name, { logs: kept });
  return path;
}
