import { availableParallelism } from 'node:os';

import { errorMessage } from '../model/errors.ts';
import type { PlannedStage } from '../model/plan.ts';
import type { StageRun } from '../model/stage.ts';
import { runChecks, runStaticChecks } from './checks.ts';
import { runCommand, skipCommand, type CommandEnd } from './command.ts';
import { addGap, owedByStage, owedIds, timed, type RunContext } from './context.ts';
import { commandEnvironment } from './environment.ts';
import { runEvaluations, skipEvaluations } from './evaluations/index.ts';
import { runExperiments, skipExperiments } from './experiments.ts';
import { runEffects, skipEffects } from './effects.ts';
import { runLeaks, skipLeaks } from './leaks.ts';
import { runComparison, skipComparison } from './regressions.ts';
import { runRollback, skipRollback } from './rollback.ts';
import { runLoads, skipLoads } from './loads.ts';
import { runStageJourneys } from './stage-journeys.ts';
import type { RunningStack } from './stack.ts';
import { whyNotReady } from './stack-needs.ts';
import { beginWatch } from './watch.ts';

/** Longer timers fire at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_MS = 2 ** 31 - 1;

/** How a stage ended as an activity: enough to decide whether the next one is started. */
export interface StageEnd {
  readonly run: StageRun;
  readonly failed: boolean;
}

/** Runs one stage and stores all that it left. Never throws: a crash of ours is a crashed stage with a gap. */
export async function runStage(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<StageEnd> {
  const { progress, clock } = context.ports;
  progress.say(`${stage.name} │ starts`);
  const deadline = AbortSignal.timeout(Math.min(stage.timeoutMs, LONGEST_MS));
  const signal = AbortSignal.any([context.signal, deadline]);
  const work = { ms: 0 };
  const { value, window, durationMs } = await timed(clock, async () => {
    try {
      return await runParts({ ...context, signal, loadResults: { metrics: new Set(), explained: new Set(), labels: new Set() } }, stage, {
        stack,
        work,
        runSignal: context.signal,
      });
    } catch (error) {
      await addGap(
        context,
        { stage: stage.name, name: 'crash', owed: owedByStage(context.plan, stage.name) },
        { reason: 'crashed', message: `the stage crashed: ${errorMessage(error)}` },
      );
      return { status: 'crashed' as const, because: errorMessage(error) };
    }
  });
  const ended = endOf(context, stage, { value, deadline });
  const run: StageRun = {
    stage: stage.name,
    status: ended.status,
    ...(ended.because === undefined ? {} : { because: context.redact(ended.because) }),
    window,
    durationMs,
    workMs: work.ms,
    ...(stage.askedMs === undefined ? {} : { askedMs: stage.askedMs }),
    ...(stage.grantedMs === undefined ? {} : { grantedMs: stage.grantedMs }),
  };
  await context.directory.addStageRun(run);
  progress.say(`${stage.name} │ ${ended.failed ? 'failed' : run.status} after ${(durationMs / 1000).toFixed(1)} s`);
  return { run, failed: ended.failed };
}

/** Stores that a stage was planned and not run, and leaves everything that it owes open. */
export async function skipStage(
  context: RunContext,
  stage: PlannedStage,
  { status, because }: { status: 'skipped' | 'interrupted'; because: string },
): Promise<StageEnd> {
  const now = context.ports.clock.now();
  const reason = status === 'interrupted' ? 'interrupted' : 'not-started';
  await addGap(
    context,
    { stage: stage.name, name: 'not-run', owed: owedByStage(context.plan, stage.name) },
    { reason, message: `${stage.name} was not run: ${because}` },
  );
  const run: StageRun = {
    stage: stage.name,
    status,
    because,
    window: { from: now, to: now },
    durationMs: 0,
    workMs: 0,
    ...(stage.askedMs === undefined ? {} : { askedMs: stage.askedMs }),
  };
  await context.directory.addStageRun(run);
  context.ports.progress.say(`${stage.name} │ not run: ${because}`);
  return { run, failed: true };
}

interface Parts {
  readonly stack: RunningStack | undefined;
  readonly work: { ms: number };
  /** The run's own signal, without the stage's deadline: a command that hits the deadline ends as a time-out, not as an interruption. */
  readonly runSignal: AbortSignal;
}

interface PartsEnd {
  readonly status: StageRun['status'];
  readonly because?: string | undefined;
  readonly failed?: boolean | undefined;
}

async function runParts(context: RunContext, stage: PlannedStage, { stack, work, runSignal }: Parts): Promise<PartsEnd> {
  const owed = owedByStage(context.plan, stage.name);
  if (owed.includes(`${stage.name}/exit/nothing`)) {
    await addGap(
      context,
      { stage: stage.name, name: 'nothing', owed },
      {
        reason: 'nothing-to-run',
        message: `the stage ${stage.name} has nothing to run`,
        fix: `give it a \`run\` command, or remove it from the configuration`,
      },
    );
    return { status: 'completed' };
  }
  const missing = whyNotReady(context, stage, stack);
  if (missing !== undefined) {
    const looked = await runStaticChecks(context, stage, stack);
    const open = owed.filter((id) => !looked.includes(id));
    await addGap(context, { stage: stage.name, name: 'stack', owed: open }, { reason: 'stack-not-ready', message: missing });
    return { status: 'skipped', because: missing };
  }
  await using watching = await beginWatch(context, stage, stack);
  if (stage.checks.length > 0) work.ms += (await timed(context.ports.clock, () => runChecks(context, stage, stack))).durationMs;
  const commands = await timed(context.ports.clock, () => runCommands({ ...context, signal: runSignal }, stage, stack));
  work.ms += commands.durationMs;
  if (commands.value === 'interrupted' || (commands.value === 'failed' && stage.failFast)) {
    await skipJourneys(context, stage);
    await skipEvaluations(context, stage, 'a command of the stage failed first');
    await skipLoads(context, stage, 'a command of the stage failed first');
    await skipEffects(context, stage, 'a command of the stage failed first');
    await skipLeaks(context, stage, 'a command of the stage failed first');
    await skipComparison(context, stage, 'a command of the stage failed first');
    await skipExperiments(context, stage, 'a command of the stage failed first');
    await skipRollback(context, stage, 'a command of the stage failed first');
    await watching?.end();
    return { status: 'completed', failed: true };
  }
  const journeys = await timed(context.ports.clock, () => runStageJourneys(context, stage, stack?.manifest));
  work.ms += journeys.durationMs;
  const evaluated = await timed(context.ports.clock, () => runEvaluations(context, stage, stack?.manifest));
  work.ms += evaluated.durationMs;
  const loads = await timed(context.ports.clock, () => runLoads(context, stage, stack));
  work.ms += loads.durationMs;
  const effects = await timed(context.ports.clock, () => runEffects(context, stage, stack));
  work.ms += effects.durationMs;
  const leaks = await timed(context.ports.clock, () => runLeaks(context, stage, stack));
  work.ms += leaks.durationMs;
  const compared = await timed(context.ports.clock, () => runComparison(context, stage));
  work.ms += compared.durationMs;
  work.ms += (await timed(context.ports.clock, () => runExperiments(context, stage, stack))).durationMs;
  const rolled = await timed(context.ports.clock, () => runRollback(context, stage));
  work.ms += rolled.durationMs;
  await watching?.end();
  const whole = [journeys, evaluated, loads, effects, leaks, compared, rolled].every(({ value }) => value);
  return { status: 'completed', failed: commands.value === 'failed' || !whole };
}

async function runCommands(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<CommandEnd> {
  const queue = [...stage.commands];
  const env = commandEnvironment(context, stage.name, stack?.manifest);
  const start = context.ports.clock.monotonicMs();
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const ends: CommandEnd[] = [];
  const worker = async () => {
    for (let command = queue.shift(); command; command = queue.shift()) {
      const because = whyStopped(context, stage, ends);
      if (because !== undefined) {
        await skipCommand(context, stage, { command, because });
        continue;
      }
      const timeoutMs = stage.timeoutMs - (context.ports.clock.monotonicMs() - start);
      ends.push(await runCommand(context, { stage, command, env, timeoutMs, signal }));
      if (stage.failFast && ends.includes('failed')) stop.abort(new Error('a command before it failed and the stage fails fast'));
    }
  };
  const lanes = stage.parallel ? Math.min(queue.length, availableParallelism()) : 1;
  await Promise.all(Array.from({ length: lanes }, worker));
  if (ends.includes('interrupted') && context.signal.aborted) return 'interrupted';
  return ends.includes('failed') ? 'failed' : 'succeeded';
}

function whyStopped(context: RunContext, stage: PlannedStage, ends: readonly CommandEnd[]): string | undefined {
  if (context.signal.aborted) return 'the stage was stopped before it';
  return stage.failFast && ends.includes('failed') ? 'a command before it failed and the stage fails fast' : undefined;
}

async function skipJourneys(context: RunContext, stage: PlannedStage): Promise<void> {
  for (const journey of stage.journeys) {
    const owed = owedIds(context.plan, { stage: stage.name, kind: 'journey', name: journey });
    await addGap(
      context,
      { stage: stage.name, name: `journey-${journey}`, owed },
      { reason: 'not-started', message: `the journey ${journey} was not started: a command of the stage failed first` },
    );
  }
}

function endOf(
  context: RunContext,
  stage: PlannedStage,
  { value, deadline }: { value: PartsEnd; deadline: AbortSignal },
): Required<Pick<PartsEnd, 'status'>> & { because?: string | undefined; failed: boolean } {
  const failed = value.failed === true || value.status !== 'completed';
  if (context.signal.aborted) return { status: 'interrupted', because: 'the run was stopped', failed: true };
  if (deadline.aborted) return { status: 'timedout', because: `not done after ${Math.round(stage.timeoutMs / 1000)} s`, failed: true };
  return { status: value.status, because: value.because, failed };
}
