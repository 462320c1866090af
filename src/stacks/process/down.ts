import type { Ports } from '../../ports/index.ts';
import { isSame, marked } from './identity.ts';
import { readState } from './observe.ts';
import { SupervisorSpec, type Identity, type ProcessHandle, type SupervisorState } from './spec.ts';

const LOOK_MS = 50;
const KILL_MS = 2_000;
/** Longest wait for an orderly end, however deep the dependencies are. */
const MOST_MS = 60_000;

/** The same when somebody is in a hurry: a cancelled job has 7.5 seconds for everything. */
const HURRY_MS = 2_500;

/**
 * Ends the supervisor and whatever is left of its stack. Idempotent; returns what could not be ended. An aborted signal is no
 * reason to stop but to hurry.
 */
export async function takeDown(handle: ProcessHandle, ports: Ports, signal: AbortSignal): Promise<readonly string[]> {
  const state = await readState(handle.stateFile, ports).catch(() => undefined);
  const spec = await readSpec(handle.specFile, ports);
  const graceMs = spec?.graceMs ?? 5_000;
  const supervisor = state?.supervisor ?? handle.supervisor;
  if (supervisor !== undefined && (await isSame(ports, supervisor))) {
    ports.exec.kill(supervisor.pid, 'SIGTERM');
    const orderly = Math.min(MOST_MS, graceMs * (spec?.services.length ?? 1) + 5_000);
    const gone = async () => !(await isSame(ports, supervisor));
    if (!(await within(() => (signal.aborted ? HURRY_MS : orderly), ports, gone))) ports.exec.kill(supervisor.pid, 'SIGKILL');
  }
  // Read again: the supervisor has written who it ended.
  const groups = new Groups(handle.mark, (await readState(handle.stateFile, ports).catch(() => undefined)) ?? state, ports);
  const empty = async () => (await groups.left()).length === 0;
  await groups.signal('SIGTERM');
  if (!(await within(() => (signal.aborted ? 0 : graceMs), ports, empty))) {
    await groups.signal('SIGKILL');
    await within(() => KILL_MS, ports, empty);
  }
  return (await groups.left()).map(({ pid, name }) => `process ${String(pid)} (${name})`);
}

interface Left {
  readonly pid: number;
  readonly group: number;
  readonly name: string;
}

/** What may be left: the groups that the state names, checked against pid reuse, and everything that carries the mark. */
class Groups {
  readonly #mark: string;
  readonly #services: readonly { readonly name: string; readonly process: Identity }[];
  readonly #ports: Ports;

  constructor(mark: string, state: SupervisorState | undefined, ports: Ports) {
    this.#mark = mark;
    this.#services = (state?.services ?? []).flatMap(({ name, process }) => (process === undefined ? [] : [{ name, process }]));
    this.#ports = ports;
  }

  async left(): Promise<Left[]> {
    const known = await Promise.all(
      this.#services.map(async ({ name, process }) =>
        (await isSame(this.#ports, process)) ? { pid: process.pid, group: process.pid, name } : undefined,
      ),
    );
    const named = known.filter((one) => one !== undefined);
    const others = (await marked(this.#ports, this.#mark)).filter(({ pid }) => !named.some((one) => one.pid === pid));
    return [...named, ...others];
  }

  async signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const groups = new Set((await this.left()).map(({ group }) => group));
    for (const group of groups) if (group > 1) this.#ports.exec.kill(group, signal);
  }
}

async function readSpec(path: string, { files }: Pick<Ports, 'files'>): Promise<SupervisorSpec | undefined> {
  const text = await files.readText(path).catch(() => undefined);
  return text === undefined ? undefined : SupervisorSpec.parse(JSON.parse(text));
}

/** `ms` is asked again with every look: it shrinks when somebody starts to hurry. */
async function within(ms: () => number, { clock }: Pick<Ports, 'clock'>, condition: () => Promise<boolean>): Promise<boolean> {
  const from = clock.monotonicMs();
  for (;;) {
    if (await condition()) return true;
    if (clock.monotonicMs() - from >= ms()) return false;
    await clock.sleep(LOOK_MS);
  }
}
