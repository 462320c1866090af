import { unpackCases, type PackedCase } from '../lib/packed-cases.ts';
import type { Baseline } from '../model/baseline.ts';
import { ofKind } from '../model/evidence.ts';
import type { AgainstBase, StageAgainst, TestChange } from '../model/report-v1.ts';
import type { StageName } from '../model/stage.ts';
import type { TestLine } from '../model/tests.ts';
import { formatDuration } from '../model/units.ts';
import { whyMissing, type JudgeInput } from './context.ts';
import { durationShift, isSlower } from './slower.ts';

/** Changes named per stage and kind; all of them are counted. */
const NAMED = 50;

type Input = Pick<JudgeInput, 'plan' | 'evidence' | 'stageRuns' | 'baseline' | 'cases'>;
type Here = TestLine & { readonly flaky: boolean };

/** Every test of this run against the base branch's. Only what both runs looked at is compared; the rest is said. */
export function againstBase(input: Input): AgainstBase | undefined {
  const { baseline, plan } = input;
  if (!baseline) return undefined;
  const stages: StageAgainst[] = [];
  const tests: TestChange[] = [];
  const notCompared: AgainstBase['notCompared'] = [];
  for (const { name } of plan.stages) {
    if (!plan.owed.some(({ stage, kind }) => stage === name && kind === 'tests') && baseline.tests[name] === undefined) continue;
    const because = whyNotCompared(input, baseline, name);
    const before = because === undefined ? unpackCases(baseline.cases[name] ?? '') : undefined;
    if (because !== undefined || before === undefined) {
      notCompared.push({ stage: name, because: because ?? 'the stored tests of the base branch cannot be read' });
      continue;
    }
    const compared = compareStage(name, before, hereOf(input, name));
    stages.push(compared.counts);
    tests.push(...compared.tests);
  }
  return { stages, tests, notCompared };
}

/** Why the tests of a stage cannot be compared by name; `undefined` when they can. */
function whyNotCompared(input: Input, baseline: Baseline, stage: StageName): string | undefined {
  const { plan, cases } = input;
  if (plan.only.length > 0) return `this run was narrowed to ${plan.only.join(', ')}`;
  const before = whyBaseIsBlind(baseline, stage);
  if (before !== undefined) return before;
  const open = openTests(input, stage);
  if (open !== undefined) return open;
  if (!cases) return 'nobody read the names of the tests of this run';
  if (baseline.cases[stage] === undefined) return 'the base branch kept no names of tests';
  return undefined;
}

/** Why the base branch's run says nothing about the tests of a stage. */
export function whyBaseIsBlind({ stages, only, notLooked }: Baseline, stage: StageName): string | undefined {
  if (only.length > 0) return `the base branch's run was narrowed to ${only.join(', ')}`;
  if (stages && !stages.includes(stage)) return `the base branch's run did not have the stage ${stage}`;
  if (notLooked.some((id) => id.startsWith(`${stage}/tests/`))) return `the base branch's run has no complete results of ${stage}`;
  return undefined;
}

/** Why the tests of a stage are not all here: then none of them can be said to be gone. */
export function openTests({ plan, evidence, stageRuns }: Input, stage: StageName): string | undefined {
  const owed = plan.owed.filter((piece) => piece.stage === stage && piece.kind === 'tests');
  if (owed.some((piece) => whyMissing(piece, evidence))) return `${stage} has no complete results here`;
  const gaps = ofKind(evidence, 'gap').some(({ owed: ids }) => owed.some(({ id }) => ids.includes(id)));
  if (gaps) return `results of ${stage} could not be read to their end`;
  const cut = stageRuns.some((run) => run.stage === stage && run.status !== 'completed');
  return cut ? `${stage} did not come to its end here` : undefined;
}

function hereOf({ cases = [], evidence }: Pick<Input, 'cases' | 'evidence'>, stage: StageName): Map<string, Here> {
  const flaky = new Set(ofKind(evidence, 'tests').flatMap((piece) => (piece.stage === stage ? piece.flaky.map(({ id }) => id) : [])));
  const here = new Map<string, Here>();
  for (const line of cases) {
    if (line.stage !== stage) continue;
    const id = idOf(line);
    const other = here.get(id);
    // The same test by two commands: its worse end stands.
    if (!other || !isBad(other.status)) here.set(id, { ...line, flaky: flaky.has(line.id) });
  }
  return here;
}

function compareStage(
  stage: StageName,
  before: readonly PackedCase[],
  here: ReadonlyMap<string, Here>,
): { counts: StageAgainst; tests: TestChange[] } {
  const { pairs, vanished, added, moved } = matched(before, here);
  const shift = durationShift(pairs.map(([was, is]) => [was.durationMs, is.durationMs]));
  const lists: Record<TestChange['change'], TestChange[]> = {
    'newly failing': [],
    'still failing': [],
    fixed: [],
    'newly skipped': [],
    'newly flaky': [],
    vanished: vanished.map((test) => change(test, { stage, what: 'vanished' })),
    slower: [],
  };
  const tell = (what: TestChange['change'], test: Here, detail?: string) =>
    void lists[what].push(change({ ...test, owner: test.class ?? test.suite }, { stage, what, detail }));
  for (const [was, is] of pairs) {
    if (isBad(is.status)) tell(isBad(was.status) ? 'still failing' : 'newly failing', is);
    else if (isBad(was.status) && is.status === 'passed' && !is.flaky) tell('fixed', is);
    if (is.status === 'skipped' && was.status !== 'skipped') tell('newly skipped', is);
    if (is.flaky && was.status !== 'flaky') tell('newly flaky', is);
    if (was.durationMs !== undefined && is.durationMs !== undefined && isSlower(was.durationMs, is.durationMs, shift))
      tell('slower', is, `${formatDuration(was.durationMs)} → ${formatDuration(is.durationMs)}`);
  }
  for (const test of added) {
    if (isBad(test.status)) tell('newly failing', test);
    if (test.status === 'skipped') tell('newly skipped', test);
    if (test.flaky) tell('newly flaky', test);
  }
  const counts: StageAgainst = {
    stage,
    before: before.length,
    now: here.size,
    newlyFailing: lists['newly failing'].length,
    stillFailing: lists['still failing'].length,
    fixed: lists.fixed.length,
    newlySkipped: lists['newly skipped'].length,
    newlyFlaky: lists['newly flaky'].length,
    vanished: vanished.length,
    moved,
    added: added.length,
    slower: lists.slower.length,
  };
  return { counts, tests: Object.values(lists).flatMap((list) => list.slice(0, NAMED)) };
}

interface Matched {
  readonly pairs: readonly (readonly [PackedCase, Here])[];
  readonly vanished: readonly PackedCase[];
  readonly added: readonly Here[];
  readonly moved: number;
}

/** Pairs tests by identity; then those that have only moved to another file, class or suite, by what stays: name and parameters. */
function matched(before: readonly PackedCase[], here: ReadonlyMap<string, Here>): Matched {
  const pairs: [PackedCase, Here][] = [];
  const known = new Set<string>();
  const gone: PackedCase[] = [];
  for (const test of before) {
    const same = here.get(test.id);
    if (same) pairs.push([test, same]);
    else gone.push(test);
    known.add(test.id);
  }
  const pool = new Map<string, Here[]>();
  for (const [id, test] of gone.length === 0 ? [] : here) {
    if (known.has(id)) continue;
    const key = nameKey(test);
    const list = pool.get(key);
    if (list) list.push(test);
    else pool.set(key, [test]);
  }
  const vanished: PackedCase[] = [];
  const found = new Set<Here>();
  for (const test of gone) {
    const same = pool.get(nameKey(test))?.shift();
    if (!same) {
      vanished.push(test);
      continue;
    }
    pairs.push([test, same]);
    found.add(same);
  }
  const added = [...here].flatMap(([id, test]) => (known.has(id) || found.has(test) ? [] : [test]));
  return { pairs, vanished, added, moved: found.size };
}

function nameKey({ name, parameters = '' }: Pick<PackedCase, 'name' | 'parameters'>): string {
  return `${name.slice(0, 300)}\0${parameters.slice(0, 300)}`;
}

type Named = Pick<PackedCase, 'owner' | 'name' | 'parameters' | 'file'>;

function change(
  { owner, name, parameters, file }: Named,
  { stage, what, detail }: { stage: StageName; what: TestChange['change']; detail?: string | undefined },
): TestChange {
  const scoped = owner === undefined || owner === '' || name.startsWith(owner) ? name : `${owner} › ${name}`;
  return {
    stage,
    change: what,
    test: (parameters === undefined ? scoped : `${scoped} [${parameters}]`).slice(0, 400) || '(no name)',
    ...(file === undefined ? {} : { path: file.slice(0, 400) }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The tests of each stage as a baseline keeps them. */
export function packable(input: Pick<Input, 'cases' | 'evidence'>, stage: StageName): PackedCase[] {
  return [...hereOf(input, stage)].map(([id, test]) => ({
    id,
    status: test.flaky && test.status === 'passed' ? 'flaky' : test.status,
    durationMs: test.durationMs,
    name: test.name,
    owner: test.class ?? test.suite,
    file: test.file,
    parameters: test.parameters,
  }));
}

function idOf({ id }: Pick<TestLine, 'id'>): string {
  return id.startsWith('t1:') ? id.slice(3) : id;
}

function isBad(status: string): boolean {
  return status === 'failed' || status === 'error';
}
