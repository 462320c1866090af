import { relative } from 'node:path';

import { collectCoverage } from '../coverage/collect.ts';
import { goModules } from '../coverage/sources.ts';
import type { ClaimsEvidence, CoverageEvidence, TestsEvidence } from '../model/evidence.ts';
import type { PlannedCommand, PlannedStage } from '../model/plan.ts';
import type { Source } from '../model/source.ts';
import { collectResults } from '../results/collect.ts';
import { addGap, owedIds, type Gap, type RunContext } from './context.ts';
import { CommandDiagnostics } from './diagnostics.ts';
import { changedLines, trackedFiles } from './git.ts';
import { LinkedTests } from './linked-tests.ts';
import { collectLoadResults } from './load-results.ts';
import { placedIn } from './placed.ts';
import { foreign, missing, uncounted, usual, type Uncounted } from './missing-reports.ts';
import type { Reports } from './reports.ts';

/** The reports that one attempt left. */
export interface AttemptReports {
  readonly attempt: number;
  readonly results: Reports;
  readonly loadResults: Reports;
  readonly coverage: Reports;
  /** The console output. */
  readonly log: Source;
  /** Bytes of it that were not kept. */
  readonly dropped: number;
}

export interface Collection {
  readonly command: PlannedCommand;
  readonly attempts: readonly AttemptReports[];
}

/** Reads the reports of a command's attempts into evidence; whatever is owed and not there becomes a gap. */
export async function collectCommandEvidence(context: RunContext, stage: PlannedStage, collection: Collection): Promise<void> {
  const diagnostics = await CommandDiagnostics.create(context);
  await collectTests(context, stage, { ...collection, diagnostics });
  for (const { log, dropped } of collection.attempts) await diagnostics.log(log, dropped);
  await diagnostics.store(stage, collection.command);
  // A load that is made again is another load: the last one counts.
  await collectLoadResults(context, stage, { command: collection.command, reports: collection.attempts.at(-1)?.loadResults });
  await collectCommandCoverage(context, stage, collection);
}

async function collectTests(
  context: RunContext,
  stage: PlannedStage,
  { command, attempts, diagnostics }: Collection & { readonly diagnostics: CommandDiagnostics },
): Promise<void> {
  if (command.results.length === 0) return;
  const place = {
    stage: stage.name,
    name: `${command.name}-results`,
    owed: owedIds(context.plan, { stage: stage.name, kind: 'tests', name: command.name }),
  };
  const last = attempts.at(-1);
  if (!last || last.results.fresh.length === 0) {
    await addGap(
      context,
      place,
      missing(command.results, { stale: (last?.results.stale ?? []).map((path) => relative(context.root, path)), what: 'test report' }),
    );
    if (attempts.every(({ results }) => results.fresh.length === 0)) return;
  }
  const silent = command.results.filter((glob) => attempts.every(({ results }) => results.silent.includes(glob)));
  if (last && last.results.fresh.length > 0)
    await addGapLists(context, place, uncounted(context.root, { silent, reports: last.results, what: 'test report' }));
  const file = `evidence/${stage.name}/cases-${command.name}.ndjson`;
  const cases = context.directory.writer(file);
  const linked = new LinkedTests({ ledger: context.plan.claims, redact: context.redact });
  const { tests, gaps } = await collectResults({
    ports: context.ports,
    root: context.root,
    redact: context.redact,
    attempts: attempts.map(({ attempt, results }) => ({ attempt, paths: results.fresh })),
    writeCase: (line) => cases.write(`${line}\n`),
    watcher: {
      output: (event, source) => {
        linked.output(event);
        diagnostics.output(event, source);
      },
      result: (result, source) => {
        linked.result(result, source);
        diagnostics.result(result, source);
      },
    },
  });
  cases.close();
  await addGaps(context, place, gaps);
  if (tests.counts.tests === 0) return;
  const tracked = await trackedFiles(context);
  const modules = await goModules(context.ports.files, context.root, tracked);
  const placed = placedIn({ root: context.root, tracked, modules }, tests);
  const evidence: TestsEvidence = { ...placed, ...frame(context, stage, { kind: 'tests', command: command.name }), cases: { file } };
  await context.directory.addEvidence(evidence);
  await storeLinked(context, stage, { command, linked });
}

async function storeLinked(
  context: RunContext,
  stage: PlannedStage,
  { command, linked }: { command: PlannedCommand; linked: LinkedTests },
): Promise<void> {
  const { tests, omitted } = linked.finish();
  if (tests.length === 0) return;
  const evidence: ClaimsEvidence = { ...frame(context, stage, { kind: 'claims', command: command.name }), tests, omitted };
  await context.directory.addEvidence(evidence);
}

async function collectCommandCoverage(context: RunContext, stage: PlannedStage, { command, attempts }: Collection): Promise<void> {
  if (!command.coverage) return;
  const place = {
    stage: stage.name,
    name: `${command.name}-coverage`,
    owed: owedIds(context.plan, { stage: stage.name, kind: 'coverage', name: command.name }),
  };
  const last = attempts.at(-1);
  if (!last || last.coverage.fresh.length === 0) {
    const stale = (last?.coverage.stale ?? []).map((path) => relative(context.root, path));
    await addGap(context, place, missing(command.coverage.files, { stale, what: 'coverage report' }));
    return;
  }
  const silent = usual(command.coverage.files) ? [] : last.coverage.silent;
  await addGapLists(context, place, uncounted(context.root, { silent, reports: last.coverage, what: 'coverage report' }));
  const tracked = await trackedFiles(context);
  const { coverage, gaps } = await collectCoverage({
    ports: context.ports,
    root: context.root,
    paths: last.coverage.fresh,
    tracked,
    redact: context.redact,
    cwd: command.cwd,
    include: command.coverage.include,
    exclude: command.coverage.exclude,
    change: command.coverage.changed === undefined ? undefined : await changedLines(context, context.info.git.base),
  });
  await addGaps(context, place, gaps);
  if (coverage.lines.total === 0) return;
  await addGaps(context, { ...place, name: `${place.name}-foreign` }, foreign(coverage.files, tracked));
  const evidence: CoverageEvidence = { ...coverage, ...frame(context, stage, { kind: 'coverage', command: command.name }) };
  await context.directory.addEvidence(evidence);
}

interface Place {
  readonly stage: PlannedStage['name'];
  readonly name: string;
  readonly owed: readonly string[];
}

async function addGapLists(context: RunContext, place: Place, { owed, told }: Uncounted): Promise<void> {
  await addGaps(context, { ...place, name: `${place.name}-silent` }, owed);
  await addGaps(context, { ...place, name: `${place.name}-old`, owed: [] }, told);
}

async function addGaps(context: RunContext, place: Place, gaps: readonly Gap[]): Promise<void> {
  for (const [index, gap] of gaps.entries()) await addGap(context, { ...place, name: `${place.name}-${index + 1}` }, gap);
}

function frame<Kind extends 'tests' | 'coverage' | 'claims'>(
  context: RunContext,
  stage: PlannedStage,
  { kind, command }: { kind: Kind; command: string },
) {
  const now = context.ports.clock.now();
  return { id: `${stage.name}/${kind}-${command}`, kind, stage: stage.name, window: { from: now, to: now }, command };
}
