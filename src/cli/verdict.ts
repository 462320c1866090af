import { join, relative } from 'node:path';

import type { JudgeInput } from '../judge/context.ts';
import { makeBaseline } from '../judge/baseline.ts';
import { judge } from '../judge/judge.ts';
import { parseJson } from '../lib/json.ts';
import { errorMessage } from '../model/errors.ts';
import { ofKind, type Evidence } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import { CaseLine, type TestLine } from '../model/tests.ts';
import { makeReport } from '../report/report.ts';
import type { RunContext } from '../run/context.ts';
import { renamedSince } from '../run/git.ts';
import type { BaselineStore } from '../ports/index.ts';
import { sinks } from '../sinks/registry.ts';
import { checkoutOf } from './checkout.ts';
import { ownersOf } from './owners.ts';
import { doubting } from './baseline.ts';
import type { World } from './world.ts';

/** Tests of one command that are read by name; more are counted in the evidence alone. */
const NAMED_TESTS = 200_000;

export interface JudgeOptions {
  /** Judges by this plan instead of the one that was run. */
  readonly plan?: Plan;
  readonly baselines: BaselineStore;
  /** Store the report in the run directory. */
  readonly store: boolean;
}

/** From what is on disk to the report. Judging reads the run directory and nothing else. */
export async function judgeRun(world: World, context: RunContext, options: JudgeOptions): Promise<ReportV1> {
  const { directory, ports } = context;
  const now = ports.clock.now();
  const evidence = await directory.evidence();
  const cases = await readCases(context, evidence);
  const run = await directory.info();
  const baseline = await doubting(context, await options.baselines.read(), run.forge.repository);
  const input: JudgeInput = {
    plan: options.plan ?? context.plan,
    run,
    stageRuns: await directory.stageRuns(),
    evidence,
    cases,
    owners: await ownersOf(context),
    today: now.slice(0, 10),
    ...(baseline === undefined ? {} : { baseline, renamed: await renamedSince(context, baseline.sha) }),
  };
  const judged = judge(input);
  const report = makeReport({ ...input, judged, command: commandName(world, context) });
  if (options.store) {
    await storeReport(context, report);
    await directory.writeText('baseline.json', `${JSON.stringify(makeBaseline(input, judged, now), undefined, 1)}\n`);
  }
  return report;
}

/** Every form of the report goes into the run directory. One sink that fails does not keep the others from writing. */
async function storeReport({ directory, ports, redact }: RunContext, report: ReportV1): Promise<void> {
  for (const sink of sinks) {
    if (sink.file === undefined) continue;
    try {
      await directory.writeText(sink.file, redact(sink.render(report)));
    } catch (error) {
      ports.progress.warn(`report │ ${sink.name} could not be written: ${errorMessage(error)}`);
      if (sink.name === 'json') throw error;
    }
  }
}

/** Every test of the results by name, as it stands in the end; `undefined` when there are too many to name. */
export async function readCases({ directory }: RunContext, evidence: readonly Evidence[]): Promise<TestLine[] | undefined> {
  const tests = new Map<string, TestLine>();
  for (const { stage, command, cases, counts } of ofKind(evidence, 'tests')) {
    if (!cases || counts.tests > NAMED_TESTS) return undefined;
    const own = new Map<string, TestLine>();
    for (const line of (await directory.readText(cases.file)).split('\n')) {
      const parsed = CaseLine.safeParse(parseJson(line));
      // A test that ran several times has several lines: the last one holds.
      if (parsed.success) own.set(`${stage} ${command} ${parsed.data.id}`, { stage, command, ...parsed.data });
    }
    // Two legs that ran the same test did not repeat it: the worse of the two stands.
    for (const [key, line] of own) tests.set(key, worse(tests.get(key), line));
  }
  return [...tests.values()];
}

const BY_HARM: readonly TestLine['status'][] = ['skipped', 'passed', 'failed', 'error'];

function worse(one: TestLine | undefined, other: TestLine): TestLine {
  return one && BY_HARM.indexOf(one.status) > BY_HARM.indexOf(other.status) ? one : other;
}

/** How the reader starts this program on this repository: what a repro line can be pasted behind. */
function commandName(world: World, { root }: RunContext): string {
  const directory = relative(world.cwd, root);
  return `${world.env['GAUNTLET_COMMAND'] ?? launcher(world)}${directory === '' ? '' : ` -C ${directory}`}`;
}

/** The launcher of the checkout that this program runs from, as one would type it here. */
function launcher(world: World): string {
  const checkout = checkoutOf(world);
  return checkout === undefined ? 'bin/gauntlet' : relative(world.cwd, join(checkout, 'bin/gauntlet'));
}
