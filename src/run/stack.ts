import { bringsStackUp } from '../plan/needs.ts';
import { stacks } from '../stacks/registry.ts';
import type { Inside, Prints, Sampler, StackContext, StackPlugin, UpResult, Watch } from '../stacks/contract.ts';
import type { StackEvidence } from '../model/evidence.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import { StackInstance, type Preflight, type Readiness, type ResolvedTarget, type StackManifest } from '../model/manifest.ts';
import type { JournalEntry } from '../model/run.ts';
import type { StageName, Window } from '../model/stage.ts';
import { z } from 'zod';
import { timed, type RunContext } from './context.ts';
import { storeLogDiagnostics } from './diagnostics.ts';
import { sayPreflight } from './preflight-words.ts';
import { isYoung, onItsWay, SETTLE_MS } from './settling.ts';

/** What `down` from another process needs; the undo that the journal books for `stack-up`. */
const StackUndo = z.object({ kind: z.string(), instance: StackInstance, handle: z.record(z.string(), z.json()) });
type StackUndo = z.output<typeof StackUndo>;

/** A stack that is up, with what it takes to watch it and to take it down. */
export interface RunningStack {
  readonly plugin: StackPlugin;
  readonly manifest: StackManifest;
  /** As it was seen last. */
  readonly readiness: Readiness;
}

/** The stage under which stack evidence is filed: the first that is planned. */
export function stackStage(context: RunContext): StageName {
  return context.plan.stages[0]?.name ?? 'audit';
}

/** Brings the planned stack up and stores what became of it. Never throws because a service is bad. */
export async function stackUp(context: RunContext, instance: StackInstance): Promise<RunningStack | undefined> {
  const { stack } = context.plan;
  if (!stack || !bringsStackUp(context.plan)) return undefined;
  const plugin = findStack(stack.kind);
  const stackContext = contextFor(context, instance, context.signal);
  context.ports.progress.say(`stack │ ${stack.kind}: coming up`);
  const preflight = await plugin.preflight(stack.options, stackContext);
  sayPreflight(context.ports.progress, preflight);
  if (preflight.some(({ level }) => level === 'error')) {
    await store(context, { instance, preflight, window: instant(context) });
    return undefined;
  }
  const { value: up, window, durationMs } = await timed(context.ports.clock, () => plugin.up(stack.options, stackContext));
  await context.directory.writeManifest(up.manifest);
  await store(context, { instance, preflight, window, up });
  sayReadiness(context, up, durationMs);
  return { plugin, manifest: up.manifest, readiness: up.readiness };
}

/** The stack that an earlier process brought up for this run. */
export async function openStack(context: RunContext, instance: StackInstance): Promise<RunningStack | undefined> {
  const manifest = await context.directory.manifest(instance);
  if (!manifest) return undefined;
  const evidence = await context.directory.evidence();
  const up = evidence.find((piece) => piece.kind === 'stack' && piece.instance === instance && piece.phase === 'up');
  const readiness = up?.kind === 'stack' ? up.readiness : undefined;
  return { plugin: findStack(manifest.kind), manifest, readiness: readiness ?? lost('nothing says that it became ready') };
}

const SETTLE_LOOK_MS = 500;

/**
 * The stack as it is now: before a stage relies on it, and after a stage that may have suffered from it. What died meanwhile is the
 * stack's fault, not the tests'.
 */
export async function lookAgain(
  context: RunContext,
  stack: RunningStack,
  { stage, when }: { stage: StageName; when: 'look' | 'after' },
): Promise<RunningStack> {
  const { manifest } = stack;
  const { clock } = context.ports;
  const until = clock.monotonicMs() + (when === 'after' ? SETTLE_MS : 0);
  const { value: seen, window } = await timed(clock, async () => {
    for (;;) {
      const now = await lookOnce(context, stack);
      const open = onItsWay(now.readiness) || isYoung(now, clock.now());
      if (!open || clock.monotonicMs() >= until || context.signal.aborted) return now;
      await clock.sleep(SETTLE_LOOK_MS, context.signal).catch(() => undefined);
    }
  });
  // A look that a cancel cut off says nothing about the stack.
  if (context.signal.aborted) return stack;
  if (seen.readiness.state === 'not-ready') {
    sayReadiness(context, { ...seen }, 0);
    const { services } = seen.manifest;
    const place = { instance: manifest.instance, phase: 'watch', window, stage } as const;
    const evidence = { ...frame(context, place), id: `${stage}/stack-${manifest.instance}-${when}`, stack: manifest.kind };
    await context.directory.addEvidence({ ...evidence, readiness: seen.readiness, services });
  }
  return { ...stack, readiness: seen.readiness };
}

/** The stack as its plugin sees it now; what nobody can look at counts as lost. */
export async function lookOnce(context: RunContext, { plugin, manifest }: RunningStack): Promise<UpResult> {
  const seen = await attempt(() => plugin.look(manifest, contextFor(context, manifest.instance, context.signal)));
  return 'value' in seen ? seen.value : { manifest, readiness: lost(`nobody could look: ${seen.error}`) };
}

/** Where the targets are now, well or not; nothing where they never move. @throws when nobody can look. */
export async function placesOf(context: RunContext, { plugin, manifest }: RunningStack): Promise<readonly ResolvedTarget[]> {
  return (await plugin.places?.(manifest, contextFor(context, manifest.instance, context.signal))) ?? [];
}

/** What happens to the stack from now on. */
export function watchOf(context: RunContext, { plugin, manifest }: Pick<RunningStack, 'plugin' | 'manifest'>): Watch {
  return plugin.watch(manifest, contextFor(context, manifest.instance, context.signal));
}

/** A watch over the stack that files what happened under the stage that ran then. */
export interface StackWatch extends AsyncDisposable, Pick<Watch, 'moves' | 'incidents'> {
  readonly begin: (stage: StageName) => void;
}

/** Watches the stack while stages run; what happened to it is stored when the watch ends. */
export function watchStack(context: RunContext, { plugin, manifest }: RunningStack): StackWatch {
  const spans: { stage: StageName; from: string }[] = [];
  const watch = watchOf(context, { plugin, manifest });
  return {
    moves: watch.moves,
    incidents: watch.incidents,
    begin: (stage) => void spans.push({ stage, from: context.ports.clock.now() }),
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      const end = context.ports.clock.now();
      for (const [index, { stage, from }] of spans.entries()) {
        const to = spans[index + 1]?.from ?? end;
        const incidents = watch.incidents().filter(({ at }) => (index === 0 || at >= from) && (at < to || to === end));
        const evidence = frame(context, { instance: manifest.instance, phase: 'watch', window: { from, to }, stage });
        await context.directory.addEvidence({ ...evidence, stack: manifest.kind, services: manifest.services, incidents });
      }
    },
  };
}

/** What looks at the resources of the stack's services; `undefined` where nobody here can see them. */
export function samplerOf(context: RunContext, { plugin, manifest }: RunningStack): Sampler | undefined {
  return plugin.sampler?.(manifest, contextFor(context, manifest.instance, context.signal));
}

/** What finds lines in the logs of the stack's services; `undefined` where nobody here can read them. */
export function printsOf(context: RunContext, { plugin, manifest }: RunningStack): Prints | undefined {
  return plugin.prints?.(manifest, contextFor(context, manifest.instance, context.signal));
}

/** Everything that runs of the stack's services, from within; nothing where nobody here can get there. */
export async function insidesOf(context: RunContext, { plugin, manifest }: RunningStack): Promise<readonly Inside[]> {
  return (await plugin.inside?.(manifest, contextFor(context, manifest.instance, context.signal))) ?? [];
}

/** Logs first, then down, then what is left behind. A failing log capture never keeps the stack up. */
export async function stackDown(context: RunContext, instance: StackInstance, signal: AbortSignal): Promise<void> {
  const undo = await bookedStack(context, instance);
  if (!undo) return;
  const plugin = findStack(undo.kind);
  const stackContext = contextFor(context, instance, signal);
  const manifest = await context.directory.manifest(instance);
  const { value: result, window } = await timed(context.ports.clock, async () => {
    const logs = manifest ? await attempt(() => plugin.logs(manifest, stackContext)) : { value: [] };
    if ('error' in logs) context.ports.progress.warn(`stack │ logs could not be kept: ${logs.error}`);
    return { logs: 'value' in logs ? logs.value : [], leaks: await plugin.down(undo.handle, stackContext) };
  });
  const evidence = frame(context, { instance, phase: 'down', window });
  await context.directory.addEvidence({ ...evidence, stack: undo.kind, logs: [...result.logs], leaks: [...result.leaks] });
  await context.directory.journal({
    type: 'undone',
    at: context.ports.clock.now(),
    id: undoId(instance),
    outcome: result.leaks.length === 0 ? 'clean' : `left: ${result.leaks.join(', ')}`,
  });
  await storeLogDiagnostics(context, result.logs, evidence.stage).catch((error: unknown) =>
    context.ports.progress.warn(`stack │ logs could not be looked through: ${errorMessage(error)}`),
  );
  context.ports.progress.say(
    result.leaks.length === 0 ? 'stack │ down, nothing left behind' : `stack │ down, left behind: ${result.leaks.join(', ')}`,
  );
}

/** Instances whose stack was booked and not yet taken down, newest state of the journal. */
export function openInstances(journal: readonly JournalEntry[]): StackInstance[] {
  const open = new Set<StackInstance>();
  for (const entry of journal) {
    if (entry.type !== 'intent' && entry.type !== 'undone') continue;
    const instance = StackInstance.options.find((name) => entry.id === undoId(name));
    if (!instance) continue;
    if (entry.type === 'intent') open.add(instance);
    else open.delete(instance);
  }
  return [...open];
}

async function bookedStack(context: RunContext, instance: StackInstance): Promise<StackUndo | undefined> {
  const journal = await context.directory.readJournal();
  if (!openInstances(journal).includes(instance)) return undefined;
  const entry = journal.findLast((candidate) => candidate.type === 'intent' && candidate.id === undoId(instance));
  const undo = StackUndo.safeParse(entry?.type === 'intent' ? entry.undo : undefined);
  return undo.success ? undo.data : undefined;
}

/** What a plugin works with for one instance of the planned stack. */
export function contextFor(context: RunContext, instance: StackInstance, signal: AbortSignal): StackContext {
  const { ports, root, directory, info, plan, redact } = context;
  return {
    ports,
    root,
    runDir: directory.path,
    runId: info.id,
    instance,
    readyMs: plan.stack?.readyMs ?? 0,
    targets: plan.targets,
    signal,
    redact,
    book: async (handle) => {
      const undo: StackUndo = { kind: plan.stack?.kind ?? '', instance, handle };
      await directory.journal({ type: 'intent', at: ports.clock.now(), id: undoId(instance), act: 'stack-up', undo });
    },
  };
}

/** @throws GauntletError when this version has no such kind. */
export function findStack(kind: string): StackPlugin {
  const plugin = stacks.find((candidate) => candidate.kind === kind);
  if (plugin) return plugin;
  throw new GauntletError(`no stack kind is called ${kind}`, {
    kind: 'config',
    hint: `use one of: ${stacks.map((known) => known.kind).join(', ')}`,
  });
}

async function store(
  context: RunContext,
  options: { instance: StackInstance; preflight: readonly Preflight[]; window: Window; up?: UpResult },
): Promise<void> {
  const { instance, preflight, window, up } = options;
  const evidence = frame(context, { instance, phase: 'up', window });
  await context.directory.addEvidence({
    ...evidence,
    stack: context.plan.stack?.kind ?? '',
    preflight: [...preflight],
    ...(up ? { readiness: up.readiness, services: up.manifest.services } : {}),
  });
}

function frame(
  context: RunContext,
  { instance, phase, window, stage = stackStage(context) }: Pick<StackEvidence, 'instance' | 'phase' | 'window'> & { stage?: StageName },
): StackEvidence {
  return {
    id: `${stage}/stack-${instance}-${phase}`,
    kind: 'stack',
    stage,
    window,
    instance,
    phase,
    stack: '',
    services: [],
    preflight: [],
    incidents: [],
    leaks: [],
    logs: [],
  };
}

function sayReadiness({ ports }: RunContext, { readiness, manifest }: UpResult, durationMs: number): void {
  const seconds = (durationMs / 1000).toFixed(1);
  if (readiness.state === 'ready')
    ports.progress.say(`stack │ ready after ${seconds} s: ${manifest.services.map(({ name }) => name).join(', ')}`);
  else
    for (const cause of readiness.causes) ports.progress.warn(`stack │ not ready after ${seconds} s: ${cause.service}: ${cause.message}`);
}

function lost(message: string): Readiness {
  return { state: 'not-ready', afterMs: 0, causes: [{ service: '(stack)', reason: 'missing', message, blocked: [], logTail: [] }] };
}

function instant({ ports }: RunContext): Window {
  const now = ports.clock.now();
  return { from: now, to: now };
}

function undoId(instance: StackInstance): string {
  return `stack-${instance}`;
}

async function attempt<Value>(body: () => Promise<Value>): Promise<{ value: Value } | { error: string }> {
  try {
    return { value: await body() };
  } catch (error) {
    return { error: errorMessage(error) };
  }
}
