import { basename, dirname, join } from 'node:path';

import type { CommandOutcome, ExitEvidence } from '../model/evidence.ts';
import { LIMITS } from '../model/limits.ts';
import type { PlannedCommand, PlannedStage } from '../model/plan.ts';
import { owedIds, addGap, timed, type RunContext } from './context.ts';
import { collectCommandEvidence, type AttemptReports } from './collect.ts';
import { detectorEnvironment } from './diagnostics.ts';
import { reportsSince, reportState, type Reports } from './reports.ts';

/** How a command ended after all its attempts, as an activity. */
export type CommandEnd = 'succeeded' | 'failed' | 'interrupted';

export interface CommandOptions {
  readonly stage: PlannedStage;
  readonly command: PlannedCommand;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs a command with its retries. Every attempt is kept as evidence; reports are read after the last one. */
export async function runCommand(context: RunContext, options: CommandOptions): Promise<CommandEnd> {
  const attempts: AttemptReports[] = [];
  const deadline = context.ports.clock.monotonicMs() + options.timeoutMs;
  let end: CommandEnd = 'failed';
  for (let attempt = 1; attempt <= options.stage.retries + 1; attempt += 1) {
    const last = attempt === options.stage.retries + 1;
    const outcome = await runAttempt(context, options, { attempt, deadline, attempts, last });
    end = endOf(outcome);
    if (end !== 'failed' || outcome.ended === 'timeout' || outcome.ended === 'not-found') break;
  }
  await collectCommandEvidence(context, options.stage, { command: options.command, attempts });
  return end;
}

/** Stores that a command was never started, so that what it owes is not silently missing. */
export async function skipCommand(
  context: RunContext,
  stage: PlannedStage,
  { command, because }: { command: PlannedCommand; because: string },
): Promise<void> {
  const owed = (['exit', 'tests', 'series', 'coverage', 'diagnostics'] as const).flatMap((kind) =>
    owedIds(context.plan, { stage: stage.name, kind, name: command.name }),
  );
  await addGap(
    context,
    { stage: stage.name, name: `${command.name}-not-started`, owed },
    { reason: 'not-started', message: `${describe(command)} was not started: ${because}` },
  );
}

/** The command as a person would type it. */
export function describe({ command }: PlannedCommand): string {
  return command.type === 'shell' ? command.line : command.argv.join(' ');
}

interface Attempt {
  readonly attempt: number;
  readonly deadline: number;
  readonly attempts: AttemptReports[];
  readonly last: boolean;
}

async function runAttempt(
  context: RunContext,
  options: CommandOptions,
  { attempt, deadline, attempts, last }: Attempt,
): Promise<CommandOutcome> {
  const { files } = context.ports;
  const { command } = options;
  const coverageGlobs = command.coverage?.files ?? [];
  const loadGlobs = command.loadResults ?? [];
  const globs = [...command.results, ...loadGlobs, ...coverageGlobs];
  const before = await reportState(files, context.root, { globs, probe: context.directory.file(`.clock-${command.name}`) });
  const { outcome, log, dropped } = await execute(context, options, { attempt, timeoutMs: deadline - context.ports.clock.monotonicMs() });
  const results = await reportsSince(files, context.root, { globs: command.results, before });
  const loadResults = await reportsSince(files, context.root, { globs: loadGlobs, before });
  const coverage = await reportsSince(files, context.root, { globs: coverageGlobs, before });
  const again = !last && endOf(outcome) === 'failed';
  attempts.push({
    attempt,
    results: again ? await keep(context, options, { attempt, reports: results }) : results,
    loadResults,
    coverage,
    log,
    dropped,
  });
  return outcome;
}

/** The next attempt overwrites its reports: this one's are moved aside into the run directory, where they stay as evidence. */
async function keep(
  context: RunContext,
  { stage, command }: CommandOptions,
  { attempt, reports }: { attempt: number; reports: Reports },
): Promise<Reports> {
  const fresh = await Promise.all(
    reports.fresh.map(async (path, index) => {
      const kept = context.directory.file(join('evidence', stage.name, `${command.name}-attempt-${attempt}`, `${index}-${basename(path)}`));
      await context.ports.files.makeDirectory(dirname(kept));
      await context.ports.files.move(path, kept);
      return kept;
    }),
  );
  return { ...reports, fresh };
}

async function execute(
  context: RunContext,
  { stage, command, env, signal }: CommandOptions,
  run: { attempt: number; timeoutMs: number },
): Promise<ExitEvidence> {
  const log = `logs/${stage.name}/${command.name}-${run.attempt}.log`;
  const { value: result, window } = await timed(context.ports.clock, () =>
    context.ports.exec.run(command.command, {
      cwd: join(context.root, command.cwd),
      env: { ...env, ...command.env, ...detectorEnvironment(command, { ...env, ...command.env }), GAUNTLET_ATTEMPT: String(run.attempt) },
      signal,
      timeoutMs: Math.max(1, run.timeoutMs),
      logFile: context.directory.file(log),
      maxLogBytes: LIMITS.logBytes,
      redact: context.redact,
      onLine: (line) => context.ports.progress.update(`${stage.name} │ ${line}`),
    }),
  );
  const evidence: ExitEvidence = {
    id: `${stage.name}/exit-${command.name}-${run.attempt}`,
    kind: 'exit',
    stage: stage.name,
    window,
    command: command.name,
    line: context.redact(describe(command)),
    attempt: run.attempt,
    outcome: result.outcome,
    durationMs: result.durationMs,
    log: { file: log },
    dropped: result.droppedBytes,
    tail: [...result.tail],
  };
  await context.directory.addEvidence(evidence);
  return evidence;
}

function endOf(outcome: CommandOutcome): CommandEnd {
  if (outcome.ended === 'interrupted') return 'interrupted';
  return outcome.ended === 'exit' && outcome.code === 0 ? 'succeeded' : 'failed';
}
