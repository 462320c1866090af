import { errorMessage } from '../model/errors.ts';
import type { PlannedStage } from '../model/plan.ts';
import type { StageName } from '../model/stage.ts';
import type { RunContext } from './context.ts';
import { watchResources } from './resources.ts';
import { runStage, skipStage } from './stage.ts';
import { bringsStackUp, needsStack } from '../plan/needs.ts';
import { lookAgain, openStack, stackDown, stackUp, watchStack, type RunningStack } from './stack.ts';
import { receivedBy, storeTraffic } from './traffic.ts';
import { runTasks, type Task, type TasksResult } from './task-runner.ts';

const STACK_DOWN_MS = 120_000;

/** The whole gate: stack up, stages in order, stack down whatever happened. What happened is on disk; nothing is judged here. */
export async function runGate(context: RunContext, { keepUp }: { keepUp: boolean }): Promise<TasksResult> {
  const state: GateState = { stack: undefined };
  const tasks = [...stackTasks(context, state, keepUp), stagesTask(context, state)];
  return finish(context, await runTasks(tasks, context.signal));
}

/** Brings up the stack alone, for later steps. A stack that does not get ready is evidence, not an error. */
export async function runUp(context: RunContext): Promise<TasksResult> {
  const setup = async () => void (await stackUp(context, 'head'));
  const result = await runTasks([{ title: 'bring the stack up', setup }], context.signal);
  if (result.outcome.status === 'completed') return result;
  // Whoever stopped it may never call `down`; where it is called, it finds nothing left to do.
  const teardown = (signal: AbortSignal) => stackDown(context, 'head', hurried(context, signal));
  const { undoProblems } = await runTasks(
    [{ title: 'bring the stack up', teardown, teardownMs: STACK_DOWN_MS }],
    new AbortController().signal,
  );
  for (const problem of undoProblems) context.ports.progress.warn(`gate │ ${problem}`);
  return { ...result, undoProblems };
}

/** Some stages against a stack that an earlier step brought up. */
export async function runStages(context: RunContext, names: readonly StageName[]): Promise<TasksResult> {
  const state = { stack: await openStack(context, 'head'), suspect: true };
  return finish(context, await runTasks([stagesTask(context, state, names)], context.signal));
}

interface GateState {
  stack: RunningStack | undefined;
  /** Time has passed since somebody looked: it may have died. */
  readonly suspect?: boolean;
}

function stackTasks(context: RunContext, state: GateState, keepUp: boolean): Task[] {
  if (!bringsStackUp(context.plan)) return [];
  return [
    {
      title: 'bring the stack up',
      setup: async () => {
        state.stack = await stackUp(context, 'head');
      },
      ...(keepUp ? {} : { teardown: (signal: AbortSignal) => stackDown(context, 'head', hurried(context, signal)) }),
      teardownMs: STACK_DOWN_MS,
    },
  ];
}

/** A cancelled job leaves ten seconds: an aborted signal tells the stack to hurry (logs and stop time cut short). */
function hurried({ signal }: RunContext, budget: AbortSignal): AbortSignal {
  return signal.aborted ? signal : AbortSignal.any([budget, signal]);
}

function stagesTask(context: RunContext, state: GateState, names?: readonly StageName[]): Task {
  const stages = context.plan.stages.filter(({ name }) => names === undefined || names.includes(name));
  return {
    title: 'run the stages',
    setup: () => runInOrder(context, stages, state),
    teardown: () => leaveNothingOpen(context, stages),
  };
}

async function runInOrder(context: RunContext, stages: readonly PlannedStage[], state: GateState): Promise<void> {
  await using watching = new AsyncDisposableStack();
  const watch = state.stack && watching.use(watchStack(context, state.stack));
  let suspect = state.suspect === true;
  let seen = 0;
  const last = stages.findLast(needsStack);
  let stopped: string | undefined;
  for (const stage of stages) {
    if (context.signal.aborted) return;
    if (stopped !== undefined) {
      await skipStage(context, stage, { status: 'skipped', because: stopped });
      continue;
    }
    await context.directory.clearStage(stage.name);
    watch?.begin(stage.name);
    suspect ||= (watch?.moves() ?? 0) > seen;
    if (state.stack?.readiness.state === 'ready' && suspect && needsStack(stage)) {
      seen = watch?.moves() ?? 0;
      state.stack = await lookAgain(context, state.stack, { stage: stage.name, when: 'look' });
      suspect = false;
    }
    const from = context.ports.clock.now();
    const before = await receivedBy(context, stage, state.stack);
    const resources = await watchResources(context, stage, { stack: state.stack, incidents: () => watch?.incidents() ?? [] });
    const { failed } = await runStage({ ...context, resources }, stage, state.stack);
    await resources?.store();
    await storeTraffic(context, stage, { stack: state.stack, before, from });
    // What somebody took away while the stage ran is the stack's fault, and a stage that passed without it has not looked at it.
    const doubt = failed || stage === last || (watch?.moves() ?? 0) > seen;
    if (state.stack?.readiness.state === 'ready' && doubt && needsStack(stage) && !context.signal.aborted) {
      seen = watch?.moves() ?? 0;
      state.stack = await lookAgain(context, state.stack, { stage: stage.name, when: 'after' });
    }
    if (failed && stage.failFast) stopped = `${stage.name} failed and fails fast`;
  }
}

/** After an interruption every planned stage still has its record: what was not run is said. */
async function leaveNothingOpen(context: RunContext, stages: readonly PlannedStage[]): Promise<void> {
  const done = new Set((await context.directory.stageRuns()).map(({ stage }) => stage));
  for (const stage of stages) {
    if (!done.has(stage.name)) await skipStage(context, stage, { status: 'interrupted', because: 'the run was stopped before it' });
  }
}

async function finish(context: RunContext, result: TasksResult): Promise<TasksResult> {
  const { clock, progress } = context.ports;
  const info = await context.directory.info();
  const ended = result.outcome.status;
  await context.directory.writeInfo({ ...info, finishedAt: clock.now(), ended: info.ended === 'interrupted' ? 'interrupted' : ended });
  if (result.outcome.status === 'crashed') progress.warn(`gate │ ${result.outcome.during} crashed: ${errorMessage(result.outcome.error)}`);
  for (const problem of result.undoProblems) progress.warn(`gate │ ${problem}`);
  return result;
}
