import { join } from 'node:path';

import { parseJson } from '../../lib/json.ts';
import { GauntletError } from '../../model/errors.ts';
import type { FaultContext, HealContext } from '../contract.ts';
import { type AgentSpec, AgentState } from './agent-spec.ts';
import { rootEnvironment, rootPrefix } from './root.ts';

const READY_MS = 8_000;
/** A helper lets what is under way end before it does. */
const GONE_MS = 6_000;
const LOOK_MS = 25;

/** Where a helper of this injection has its files. */
export function agentFiles({ folder, id }: Pick<FaultContext, 'folder' | 'id'>, name: string): Pick<AgentSpec, 'stateFile' | 'stopFile'> {
  return { stateFile: join(folder, `${id}-${name}.state`), stopFile: join(folder, `${id}-${name}.stop`) };
}

/** A proxy that lets everything pass until it is told otherwise, and writes down what passes. */
export function proxyWork(
  { folder, id, seed }: Pick<FaultContext, 'folder' | 'id' | 'seed'>,
  { name, doors }: { readonly name: string; readonly doors: Extract<AgentSpec['work'], { type: 'proxy' }>['doors'] },
): AgentSpec['work'] {
  const file = (kind: string): string => join(folder, `${id}-${name}.${kind}`);
  return { type: 'proxy', doors, behaviour: {}, seed, orders: file('orders'), attempts: file('attempts') };
}

/**
 * Starts a helper and waits until it works; one that works already is left alone.
 * @throws GauntletError with what it said when it does not come up.
 */
export async function startAgent(
  context: HealContext,
  spec: AgentSpec,
  { within, env = {} }: { readonly within: readonly string[] | 'here'; readonly env?: Readonly<Record<string, string>> },
): Promise<void> {
  const { ports, signal } = context;
  signal.throwIfAborted();
  if ((await workingAgent(context, spec)) !== undefined) return;
  // Made by us, so that whoever heals may write in it, though the helper may be root's.
  await ports.files.appendDurably(spec.stopFile, 'begun');
  // Nor may what it is told and what it writes down be root's alone.
  if (spec.work.type === 'proxy')
    for (const file of [spec.work.orders, spec.work.attempts]) if (file !== undefined) await touch(ports, file);
  const helper = [...ports.self, 'fault-agent', JSON.stringify(spec)];
  const argv = within === 'here' ? helper : [...rootPrefix(context), ...within, ...helper];
  const { PATH = '' } = rootEnvironment(context);
  await ports.exec.detach({ type: 'argv', argv }, { env: { PATH, LC_ALL: 'C', ...env }, logFile: `${spec.stateFile}.log` });
  const untilMs = ports.clock.monotonicMs() + READY_MS;
  for (;;) {
    const state = await agentState(context, spec);
    if (state?.phase === 'working') return;
    if (state?.phase === 'failed' || ports.clock.monotonicMs() > untilMs) {
      const log = await ports.files.readText(`${spec.stateFile}.log`).catch(() => '');
      throw new GauntletError(`the helper of the fault did not come up: ${state?.why ?? (log.trim().slice(-300) || 'it said nothing')}`, {
        kind: 'stack',
        hint: 'look whether root may run our own Node, and whether the address is free',
      });
    }
    await ports.clock.sleep(LOOK_MS, signal);
  }
}

async function touch({ files }: HealContext['ports'], file: string): Promise<void> {
  if (!(await files.exists(file))) await files.write(file, '');
}

/** Ends a helper, and waits until it is gone; also one that is only about to begin. @throws when it goes on. */
export async function stopAgent(context: HealContext, spec: Pick<AgentSpec, 'id' | 'stateFile' | 'stopFile' | 'endsAtMs'>): Promise<void> {
  const { ports } = context;
  // Never started: the file is made before it.
  if (!(await ports.files.exists(spec.stopFile))) return;
  await ports.files.appendDurably(spec.stopFile, 'stop');
  const untilMs = ports.clock.monotonicMs() + GONE_MS;
  for (;;) {
    const state = await workingAgent(context, spec);
    if (state === undefined) return;
    if (ports.clock.monotonicMs() > untilMs) throw new Error(`the helper of the fault (pid ${String(state.pid)}) does not end`);
    await ports.clock.sleep(LOOK_MS);
  }
}

/** What a helper says of itself; `undefined` when it never did. */
export async function agentState({ ports }: HealContext, { stateFile }: Pick<AgentSpec, 'stateFile'>): Promise<AgentState | undefined> {
  const text = await ports.files.readText(stateFile).catch(() => '');
  return AgentState.safeParse(parseJson(text)).data;
}

/** What a helper says of itself while it lives and works; `undefined` when it is gone, and whatever it held with it. */
export async function workingAgent(context: HealContext, spec: Pick<AgentSpec, 'id' | 'stateFile'>): Promise<AgentState | undefined> {
  const state = await agentState(context, spec);
  return state?.phase === 'working' && isAgent(context, spec, state.pid) ? state : undefined;
}

/** The process that has the pid now is this very helper: its id stands in its arguments. */
function isAgent({ ports }: HealContext, { id }: Pick<AgentSpec, 'id'>, pid: number): boolean {
  try {
    return ports.files.readNow(`/proc/${String(pid)}/cmdline`).includes(`"id":"${id}"`);
  } catch {
    // Without /proc nothing tells it from another process of that number.
    return ports.exec.isAlive(pid) && !hasProc(ports);
  }
}

function hasProc(ports: HealContext['ports']): boolean {
  try {
    return ports.files.readNow('/proc/self/stat') !== '';
  } catch {
    return false;
  }
}
