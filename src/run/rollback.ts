import { errorMessage } from '../model/errors.ts';
import type { PlannedStage } from '../model/plan.ts';
import type { PlannedRollback, RollbackTurn } from '../model/rollback.ts';
import { addGap, owedIds, type Gap, type RunContext } from './context.ts';
import { gitState, versionAt } from './git.ts';
import { checkOut } from './regressions/base-tree.ts';
import { takeTurn } from './rollback/turn.ts';
import { dataOfStack, sideHalt } from './side-stack.ts';
import { stackDown, type RunningStack } from './stack.ts';

const DOWN_MS = 60_000;

/**
 * Starts this version in a stack of its own, the version before it on the same data, and this one again, and walks the same journeys on
 * each. Tells whether that came to its end; what it shows is judged later.
 */
export async function runRollback(context: RunContext, stage: PlannedStage): Promise<boolean> {
  const { rollback } = stage;
  if (rollback === undefined) return true;
  const gap = context.signal.aborted ? NOT_STARTED : await tryRollback(context, stage, rollback);
  if (gap === undefined) return true;
  await leaveOpen(context, stage, gap);
  return false;
}

/** Says why the rollback that the stage owes was not tried. */
export async function skipRollback(context: RunContext, stage: PlannedStage, because: string): Promise<void> {
  if (stage.rollback) await leaveOpen(context, stage, { reason: 'not-started', message: `the rollback was not tried: ${because}` });
}

const NOT_STARTED: Gap = { reason: 'not-started', message: 'the rollback was not tried: the stage was stopped before it' };

async function leaveOpen(context: RunContext, stage: PlannedStage, gap: Gap): Promise<void> {
  const owed = owedIds(context.plan, { stage: stage.name, kind: 'rollback', name: 'previous' });
  await addGap(context, { stage: stage.name, name: 'rollback', owed }, gap);
}

async function tryRollback(context: RunContext, stage: PlannedStage, { to, prepare, limitMs }: PlannedRollback): Promise<Gap | undefined> {
  const { clock, progress } = context.ports;
  const from = clock.now();
  const repository = { ports: context.ports, root: context.root };
  const previous = await versionAt(repository, to);
  const same = previous !== undefined && previous.sha === (await gitState(repository)).head;
  const store = async (turns: readonly RollbackTurn[], data: readonly string[]): Promise<void> => {
    const why = same
      ? `${previous.ref} is this very commit`
      : `this clone has no ${to ?? 'tag before this commit'} (fetch-depth: 0 brings it)`;
    const found = previous === undefined || same ? { state: 'none' as const, why } : { state: 'previous' as const, ...previous };
    const window = { from, to: clock.now() };
    await context.directory.addEvidence({
      id: `${stage.name}/rollback-previous`,
      kind: 'rollback',
      stage: stage.name,
      window,
      to: found,
      data: [...data],
      turns: [...turns],
    });
  };
  if (previous === undefined || same) {
    await store([], []);
    return undefined;
  }
  progress.say(`${stage.name} │ rollback: to ${previous.ref} and back`);
  const limit = AbortSignal.timeout(limitMs);
  const bounded = { ...context, signal: AbortSignal.any([context.signal, limit]) };
  try {
    const data = await dataOfStack(context);
    await using tree = await checkOut(bounded, previous.sha, { prepare, instance: 'rollback', whose: previous.ref });
    const turns = await turnsOf(bounded, stage, tree.root);
    if (limit.aborted) return { reason: 'timed-out', message: `the rollback took longer than its limit of ${String(limitMs / 1000)} s` };
    if (context.signal.aborted) return { reason: 'interrupted', message: 'the rollback was stopped before it was over' };
    await store(turns, data);
    return undefined;
  } catch (error) {
    const reason = limit.aborted ? 'timed-out' : context.signal.aborted ? 'interrupted' : 'crashed';
    return { reason, message: `the rollback could not be tried: ${errorMessage(error)}` };
  }
}

/** This version, the one before, this one again; and where the one before failed, whether it does on data of its own. */
async function turnsOf(context: RunContext, stage: PlannedStage, earlier: string): Promise<RollbackTurn[]> {
  const written: string[] = [];
  const turns: RollbackTurn[] = [];
  await using undo = new AsyncDisposableStack();
  undo.defer(() => down(context));
  let running: RunningStack | undefined;
  const next = async (version: RollbackTurn['version'], root: string): Promise<boolean> => {
    context.ports.progress.say(`${stage.name} │ rollback: ${WORDS[version]}`);
    if (running) await sideHalt(context, running);
    const { turn, stack } = await takeTurn({ ...context, root }, stage, { version, written });
    running = stack ?? running;
    turns.push(turn);
    return passed(turn) && !context.signal.aborted;
  };
  if (!(await next('this', context.root))) return turns;
  if (await next('previous', earlier)) {
    await next('again', context.root);
    return turns;
  }
  if (context.signal.aborted) return turns;
  await down(context);
  await context.ports.files.remove(`${context.directory.path}/stack/rollback/data`);
  running = undefined;
  written.length = 0;
  await next('control', earlier);
  return turns;
}

const WORDS: Record<RollbackTurn['version'], string> = {
  this: 'this version',
  previous: 'the version before, on the data of this one',
  again: 'this version again',
  control: 'the version before, on data of its own',
};

function passed({ stack, journeys, kept }: RollbackTurn): boolean {
  return stack.state === 'ready' && journeys.every(({ outcome }) => outcome === 'passed') && (kept?.lost ?? 0) + (kept?.unread ?? 0) === 0;
}

/** Also where nobody waits any longer: what was brought up is taken down. */
function down(context: RunContext): Promise<void> {
  return stackDown(
    context,
    'rollback',
    AbortSignal.any([AbortSignal.timeout(DOWN_MS), ...(context.signal.aborted ? [context.signal] : [])]),
  );
}
