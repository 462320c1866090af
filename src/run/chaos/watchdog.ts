import { z } from 'zod';

import type { FaultPlugin } from '../../faults/contract.ts';
import { lookAt, sameProcess } from '../../faults/kit/process.ts';
import { faults } from '../../faults/registry.ts';
import { parseJson } from '../../lib/json.ts';
import { errorMessage, GauntletError } from '../../model/errors.ts';
import type { RunContext } from '../context.ts';
import { healFaults, openFaults, type Guard, type OpenFault } from '../faults.ts';

const LOOK_MS = 200;
const READY_MS = 30_000;
/** Nothing that takes longer than this can still be healed by somebody who only waits. */
const PATIENCE_MS = 120_000;
/** What the gate had asked the engine for when it died may still happen: its faults are healed again after so long. */
const AGAIN_MS = [700, 1_500, 3_000] as const;

/** The gate whose death the watchdog waits for; `startedAt` tells it from a later process with its number. */
const Watched = z.object({ pid: z.number(), startedAt: z.string() });
type Watched = z.output<typeof Watched>;

const FILES = { asks: 'watchdog/gate.json', ready: 'watchdog/ready', log: 'watchdog/watchdog.log' } as const;

/**
 * Starts the one detached process of this run that heals what the gate leaves when it dies, and what outlives its deadline. The guard
 * lets nothing be done before it stands, unless the kernel ends it by itself.
 */
export function watchdog(context: RunContext): Guard {
  const standing = start(context).then(
    () => undefined,
    (error: unknown) => errorMessage(error),
  );
  return async (_, plugin) => {
    const problem = await standing;
    if (problem === undefined || plugin.expires) return;
    throw new GauntletError(`nothing is done that only the gate could undo: the watchdog does not stand (${problem})`, {
      kind: 'internal',
      hint: 'look into watchdog/watchdog.log of the run directory, and report this',
    });
  };
}

async function start({ ports, directory, root, info }: RunContext): Promise<void> {
  const { exec, clock, files, env } = ports;
  const { stdout } = await exec.run({ type: 'shell', line: 'echo $PPID' }, { env: { PATH: env['PATH'] ?? '/usr/bin:/bin' } });
  const pid = Number(stdout.trim());
  const watched: Watched = { pid, startedAt: (await lookAt({ ports }, pid))?.startedAt ?? '' };
  const asks = JSON.stringify(watched);
  await directory.writeText(FILES.asks, asks);
  const argv: [string, ...string[]] = [ports.self[0] ?? 'node', ...ports.self.slice(1), '--directory', root, 'watchdog', info.id];
  // A runner ends what carries its mark when a job is cancelled, which is just when the watchdog is needed.
  await exec.detach({ type: 'argv', argv }, { cwd: root, env: { ...env, RUNNER_TRACKING_ID: '' }, logFile: directory.file(FILES.log) });
  const until = clock.monotonicMs() + READY_MS;
  // An earlier gate of this run may have had a watchdog of its own.
  while ((await files.readText(directory.file(FILES.ready)).catch(() => '')) !== asks) {
    if (clock.monotonicMs() >= until) throw new Error('it did not come up in time');
    await clock.sleep(LOOK_MS / 4);
  }
}

/** The life of the watchdog: until the gate is gone and nothing is open. Resolves with what could not be healed. */
export async function keepWatch(context: RunContext, plugins: readonly FaultPlugin[] = faults): Promise<readonly string[]> {
  const { ports, directory } = context;
  const asks = await directory.readText(FILES.asks);
  const watched = Watched.parse(parseJson(asks));
  await directory.writeText(FILES.ready, asks);
  for (;;) {
    const open = openFaults(await directory.readJournal());
    if ((await sameProcess({ ports }, watched)) === undefined) return finish(context, { open, plugins });
    const now = Date.parse(ports.clock.now());
    if (open.some(({ undo }) => undo.expiresAtMs <= now))
      await healFaults(context, { plugins, only: ({ undo }) => undo.expiresAtMs <= now });
    await ports.clock.sleep(LOOK_MS);
  }
}

interface Leftover {
  readonly open: readonly OpenFault[];
  readonly plugins: readonly FaultPlugin[];
}

async function finish(context: RunContext, { open, plugins }: Leftover): Promise<readonly string[]> {
  const { clock } = context.ports;
  const until = clock.monotonicMs() + PATIENCE_MS;
  let { problems } = await healFaults(context, { plugins });
  for (const ms of open.length === 0 ? [] : AGAIN_MS) {
    await clock.sleep(ms);
    for (const fault of open) await healAgain(context, fault, plugins);
  }
  while (problems.length > 0 && clock.monotonicMs() < until) {
    await clock.sleep(1_000);
    ({ problems } = await healFaults(context, { plugins }));
  }
  return problems;
}

async function healAgain({ ports }: RunContext, { id, undo }: OpenFault, plugins: readonly FaultPlugin[]): Promise<void> {
  const plugin = plugins.find(({ type }) => type === undo.type);
  const booked = plugin?.undo.safeParse(undo.undo);
  if (plugin === undefined || booked?.success !== true) return;
  await plugin
    .heal(booked.data, { ports, signal: AbortSignal.timeout(15_000) })
    .catch((error: unknown) => ports.progress.warn(`fault │ ${id}: ${errorMessage(error)}`));
}
