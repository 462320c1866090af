import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { z } from 'zod';

import type { FaultContext, FaultPlugin, Proof, Stands } from '../faults/contract.ts';
import { faults } from '../faults/registry.ts';
import type { Json } from '../lib/json.ts';
import { errorMessage } from '../model/errors.ts';
import type { StackManifest } from '../model/manifest.ts';
import type { JournalEntry } from '../model/run.ts';
import type { RunContext } from './context.ts';
import { expiry } from './task-runner.ts';

/** An undo has its own time: neither the stage's deadline nor a cancel may cut it short. */
const HEAL_MS = 30_000;
/** Looking at the target, doing it, and the time after which a fault that should be over is over whoever lives. */
const PREPARE_MS = 15_000;
const INJECT_MS = 20_000;
/** A service may have to be started again for what stands before it. */
const STAND_MS = 40_000;
const SLACK_MS = INJECT_MS + 10_000;
const PROVE_MS = 10_000;
const PROVE_AGAIN_MS = 100;
/** What has no effect after so long will have none, unless it is held for longer. */
const PROVED_MS = 2_000;

/** All that healing may need of a fault: the undo that the journal books, read back by whatever process heals. */
const FaultUndo = z.object({
  type: z.string(),
  undo: z.json(),
  /** Milliseconds since the epoch. */
  expiresAtMs: z.number(),
  /** The fingerprint before the act. */
  before: z.json(),
});
type FaultUndo = z.output<typeof FaultUndo>;

/** A fault that was booked and is not known to be healed. */
export interface OpenFault {
  /** Its id in the journal. */
  readonly id: string;
  readonly undo: FaultUndo;
}

export interface FaultRun {
  readonly plugin: FaultPlugin;
  /** As the plugin's own schema parsed them. */
  readonly options: Json;
  readonly experiment: string;
  readonly manifest: StackManifest;
  /** Milliseconds that it is held; of no meaning for a fault of a moment. */
  readonly holdMs: number;
}

/** What became of a fault. Times are those of `monotonicMs`. */
export interface FaultRecord {
  readonly proof: Proof;
  /** What the plugin observed. */
  readonly facts: Json;
  /** Just before and just after the act. */
  readonly injectMs: number;
  readonly injectedMs: number;
  /** Just before the heal, and when everything was done that a look then verified. */
  readonly healMs: number;
  readonly healedMs: number;
  /** Why it is not healed, or what is not as it was before: then nothing later can be trusted. */
  readonly residue?: string;
}

/** Whatever must stand before harm is done: resolves when the fault is sure to end, rejects when nobody could end it. */
export type Guard = (open: OpenFault, plugin: FaultPlugin) => Promise<void>;

/** A fault that is booked and not begun. */
export interface Standing {
  /** Begins the harm, proves it, holds it and ends it. @throws what the plugin threw, or the reason of the stop. */
  readonly harm: (holdMs: number, onInjected?: () => void) => Promise<FaultRecord>;
  /** What was attempted across it so far, where it stands in between. */
  readonly attempts?: () => ReturnType<Stands['attempts']>;
  /** Takes away all that is left; why it is not as it was. Never throws. */
  readonly leave: () => Promise<string | undefined>;
}

/**
 * Prepares, books the undo, injects, holds and proves meanwhile, and heals whatever became of it: when the injection died half-way,
 * when the run was stopped. What heals is the booked undo, as another process would do it.
 * @throws what `prepare`, `guard`, `inject` or `prove` threw, or the reason of the stop, after healing; a heal that fails is told in
 * `residue` and stays open for `gauntlet heal`.
 */
export async function withFault(context: RunContext, run: FaultRun, guard: Guard = async () => {}): Promise<FaultRecord> {
  const standing = await standBefore(context, run, { guard, standMs: 0 });
  try {
    const record = await standing.harm(run.holdMs);
    const residue = await standing.leave();
    return { ...record, ...(residue === undefined ? {} : { residue }) };
  } catch (error) {
    await standing.leave();
    throw error;
  }
}

/**
 * Prepares, books the undo, and puts what stands in between into its place, so that attempts are seen before and after the harm;
 * `standMs` is the time that this may take beside the harm. @throws as `withFault`.
 */
export async function standBefore(
  context: RunContext,
  run: FaultRun,
  { guard, standMs }: { readonly guard: Guard; readonly standMs: number },
): Promise<Standing> {
  const { ports, signal } = context;
  const { plugin, options, manifest, holdMs } = run;
  signal.throwIfAborted();
  const expiresAtMs = Date.parse(ports.clock.now()) + SLACK_MS + holdMs + standMs;
  const id = newId(context, run);
  const faultContext = (ms: number): FaultContext => ({
    ports,
    manifest,
    id,
    folder: context.directory.file(`faults/${id}`),
    root: context.root,
    seed: context.plan.seed,
    expiresAtMs,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]),
  });
  const open = await book(context, run, faultContext(PREPARE_MS));
  const { undo } = open.undo;
  const takesMs = takesOf(plugin, undo);
  const stands = standMs > 0 ? plugin.stands?.(options, undo) : undefined;
  const healing = (): { ports: typeof ports; signal: AbortSignal } => ({ ports, signal: AbortSignal.timeout(HEAL_MS) });
  let left: Promise<Healed> | undefined;
  const heal = (): Promise<Healed> => (left ??= healOne(context, open, plugin));
  const leave = async (): Promise<string | undefined> => (await heal()).residue;
  try {
    await guard(open, plugin);
    if (stands !== undefined) await inTime(faultContext(STAND_MS), (own) => stands.stand(options, undo, own));
  } catch (error) {
    await leave();
    throw error;
  }
  const harm: Standing['harm'] = async (lastingMs, onInjected = () => undefined) => {
    const { clock } = ports;
    const injectMs = clock.monotonicMs();
    await inTime(faultContext(INJECT_MS + takesMs), (own) => plugin.inject(options, undo, own));
    const injectedMs = clock.monotonicMs();
    onInjected();
    const prove = (): Promise<Proof> => inTime(faultContext(PROVE_MS), (own) => plugin.prove(options, undo, own));
    const proof = await hold(context, { fromMs: injectedMs, holdMs: plugin.lasts === 'held' ? lastingMs : 0, prove });
    const facts = ((await inTime(faultContext(PROVE_MS + takesMs), async (own) => plugin.observe?.(options, undo, own))) ?? null) as Json;
    const healMs = clock.monotonicMs();
    const lifted = async (by: NonNullable<typeof stands>): Promise<Healed> => {
      const residue = await inTime(healing(), (own) => by.lift(undo, own));
      return { healedMs: clock.monotonicMs(), ...(residue === undefined ? {} : { residue }) };
    };
    const healed = stands === undefined ? await heal() : await lifted(stands);
    return { proof, facts, injectMs, injectedMs, healMs, ...healed };
  };
  return { harm, leave, ...(stands === undefined ? {} : { attempts: () => stands.attempts(undo, healing()) }) };
}

/** Heals everything that this run booked and never healed, last first. Never throws: what stays open is a problem, in words. */
export async function healFaults(
  context: RunContext,
  { plugins = faults, only }: { readonly plugins?: readonly FaultPlugin[]; readonly only?: (open: OpenFault) => boolean } = {},
): Promise<{ readonly healed: readonly string[]; readonly problems: readonly string[] }> {
  const healed: string[] = [];
  const problems: string[] = [];
  for (const open of openFaults(await context.directory.readJournal())) {
    if (only?.(open) === false) continue;
    const { type } = open.undo;
    const plugin = plugins.find((candidate) => candidate.type === type);
    const problem = plugin
      ? (await healOne(context, open, plugin)).residue
      : `${open.id} is open, and this version has no fault ${type}: heal with the version that ran it`;
    if (problem === undefined) healed.push(`${open.id} (${type})`);
    else problems.push(problem);
  }
  return { healed, problems };
}

/** Faults whose intent was booked and whose end was not, the last first: what was done on top is undone first. */
export function openFaults(journal: readonly JournalEntry[]): OpenFault[] {
  const open = new Map<string, OpenFault>();
  for (const entry of journal) {
    if (entry.type === 'undone') open.delete(entry.id);
    if (entry.type !== 'intent' || entry.act !== 'fault') continue;
    const undo = FaultUndo.safeParse(entry.undo);
    if (undo.success) open.set(entry.id, { id: entry.id, undo: undo.data });
  }
  return [...open.values()].reverse();
}

/** Unique on this machine, and short enough for the comment of a rule. */
function newId({ info }: RunContext, { experiment }: FaultRun): string {
  const digest = createHash('sha256').update(`${info.id}\0${experiment}`).digest('hex').slice(0, 12);
  return `${experiment
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 24)}-${digest}`;
}

async function book({ directory, ports }: RunContext, run: FaultRun, context: FaultContext): Promise<OpenFault> {
  const { plugin, options, experiment } = run;
  const undo = z.json().parse(await inTime(context, (own) => plugin.prepare(options, own)));
  const before = await inTime(context, (own) => plugin.fingerprint(undo, own));
  const expiresAtMs = context.expiresAtMs + takesOf(plugin, undo);
  const open = { id: `fault-${experiment}`, undo: { type: plugin.type, undo, expiresAtMs, before } };
  await directory.journal({ type: 'intent', at: ports.clock.now(), id: open.id, act: 'fault', undo: open.undo });
  return open;
}

/** Nothing may take longer: somebody waits for it. */
const LONGEST_MS = 600_000;

function takesOf(plugin: FaultPlugin, undo: Json): number {
  return Math.min(LONGEST_MS, plugin.takesMs?.(undo) ?? 0);
}

interface Holding {
  readonly fromMs: number;
  readonly holdMs: number;
  readonly prove: () => Promise<Proof>;
}

/** Asks for the proof until there is one: counters count only when somebody has tried, and a death takes its moment. */
async function hold({ ports: { clock }, signal }: RunContext, { fromMs, holdMs, prove }: Holding): Promise<Proof> {
  let proof = await prove();
  while (proof.state === 'unproved' && clock.monotonicMs() < fromMs + Math.max(holdMs, PROVED_MS)) {
    await clock.sleep(PROVE_AGAIN_MS, signal);
    proof = await prove();
  }
  await clock.sleep(Math.max(0, fromMs + holdMs - clock.monotonicMs()), signal);
  return proof;
}

interface Healed {
  /** Why it is not as it was. */
  readonly residue?: string;
  /** When everything was done; the look that verified it came later. */
  readonly healedMs: number;
}

/** Heals, compares, and books that it is done. */
async function healOne({ directory, ports }: RunContext, { id, undo }: OpenFault, plugin: FaultPlugin): Promise<Healed> {
  const healing = { ports, signal: AbortSignal.timeout(HEAL_MS) };
  try {
    const booked = plugin.undo.parse(undo.undo);
    await inTime(healing, (own) => plugin.heal(booked, own));
    const fingerprint = (): Promise<Json> => inTime(healing, (own) => plugin.fingerprint(booked, own));
    const healed = await verifyHeal(undo.before, { ports, fingerprint });
    const outcome = healed.residue === undefined ? 'healed' : `healed, but ${healed.residue}`;
    await directory.journal({ type: 'undone', at: ports.clock.now(), id, outcome });
    return healed;
  } catch (error) {
    const problem = `${id} (${undo.type}) could not be healed: ${errorMessage(error)}`;
    ports.progress.warn(`fault │ ${problem}`);
    return { residue: problem, healedMs: ports.clock.monotonicMs() };
  }
}

/** What the kernel and the engine were told may take a moment to show. */
const SETTLE_MS = 3_000;
const LOOK_MS = 100;
const SHOWN = 300;

async function verifyHeal(
  before: Json,
  { ports: { clock }, fingerprint }: Pick<RunContext, 'ports'> & { readonly fingerprint: () => Promise<Json> },
): Promise<Healed> {
  const until = clock.monotonicMs() + SETTLE_MS;
  for (;;) {
    const healedMs = clock.monotonicMs();
    const after = await fingerprint();
    if (after === null || isDeepStrictEqual(after, before)) return { healedMs };
    if (clock.monotonicMs() >= until) return { residue: differenceOf(before, after), healedMs };
    await clock.sleep(LOOK_MS);
  }
}

function differenceOf(before: Json, after: Json): string {
  return `it is not as it was before: ${JSON.stringify(before).slice(0, SHOWN)} became ${JSON.stringify(after).slice(0, SHOWN)}`;
}

/** A plugin that hangs must not hold up what comes after it. */
async function inTime<Context extends { readonly signal: AbortSignal }, Value>(
  context: Context,
  act: (context: Context) => Promise<Value>,
): Promise<Value> {
  context.signal.throwIfAborted();
  return Promise.race([act(context), expiry(context.signal)]);
}
