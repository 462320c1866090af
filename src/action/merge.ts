import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { openRun, startRun, type PlanOptions } from '../cli/session.ts';
import type { World } from '../cli/world.ts';
import { parseJson } from '../lib/json.ts';
import { GauntletError } from '../model/errors.ts';
import { ofKind, type Evidence, type EvidenceOf, type SeriesEvidence } from '../model/evidence.ts';
import { mergedSeries } from '../model/merged-series.ts';
import type { Owed, PlannedStage } from '../model/plan.ts';
import type { RunInfo } from '../model/run.ts';
import type { StageName, StageRun } from '../model/stage.ts';
import { CaseLine } from '../model/tests.ts';
import type { RunContext } from '../run/context.ts';
import { withEarlier } from './merge-attempts.ts';
import { mergedCoverage } from './merge-coverage.ts';

const WORST: readonly RunInfo['ended'][] = ['completed', 'running', 'interrupted', 'crashed'];
const WORST_STAGE: readonly StageRun['status'][] = ['completed', 'skipped', 'interrupted', 'timedout', 'crashed'];

/**
 * Makes one run of the legs of a matrix. What is owed is said by the configuration in this checkout, not by the legs: a leg
 * that never arrived is a gap, and nothing that a leg brings along can make the gate smaller. Of several attempts of one leg the
 * newest decides, and what failed before stays visible.
 * @returns the id of the new run.
 * @throws GauntletError of kind `evidence` when there is no leg, or one is about another commit or repeats a stage.
 */
export async function mergeRuns(world: World, folders: readonly string[], options: PlanOptions): Promise<string> {
  const whole = await startRun(world, options, { owned: false });
  const legs: Leg[] = [];
  for (const run of await findLegs(world, folders)) {
    const context = await openRun(world, { ...options, run });
    legs.push({ context, name: nameOf(context, legs.length), stages: stagesOf(context, whole) });
  }
  if (legs.length === 0)
    throw refuse(`no run is in ${folders.join(', ')}`, 'download the artifacts of the legs there, each into a folder of its own');
  for (const leg of legs) checkCommit(whole, leg);
  const plan = { ...whole.plan, owed: whole.plan.owed.flatMap((piece) => owedByLegs(piece, whole.plan.stages)) };
  await whole.directory.writePlan(plan);
  const used = new Set<Leg>();
  for (const stage of plan.stages) await mergeStage(whole, { stage, legs: legs.filter(({ stages }) => stages.includes(stage.name)), used });
  for (const leg of legs) await copyFiles(whole, leg);
  await whole.directory.writeInfo(infoOf(whole.info, legs, used));
  return whole.info.id;
}

interface Leg {
  readonly context: RunContext;
  /** Folder of its files in the new run. */
  readonly name: string;
  /** Stages of the whole that it planned. */
  readonly stages: readonly StageName[];
}

/** Run directories: the folders themselves, or those right below them. */
async function findLegs(world: World, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders.map((path) => resolve(world.cwd, path))) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (entries.some(({ name }) => name === 'run.json')) found.push(folder);
    else found.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name)));
  }
  return found.sort();
}

function nameOf({ info }: RunContext, index: number): string {
  return `${String(index + 1)}-${info.leg ?? 'leg'}`.replace(/[^\w.-]+/g, '-');
}

function stagesOf({ plan }: RunContext, whole: RunContext): StageName[] {
  const planned = new Set<string>(whole.plan.stages.map(({ name }) => name));
  return plan.stages.map(({ name }) => name).filter((name) => planned.has(name));
}

function checkCommit(whole: RunContext, { context, name }: Leg): void {
  if (context.info.git.head === whole.info.git.head) return;
  throw refuse(
    `leg ${name} is about ${context.info.git.head ?? 'no commit'}, this job is about ${whole.info.git.head ?? 'no commit'}`,
    'take the artifacts of this very workflow run',
  );
}

/** A stage that is run in parts owes everything once for each part. */
function owedByLegs(piece: Owed, stages: readonly PlannedStage[]): Owed[] {
  const legs = stages.find(({ name }) => name === piece.stage)?.legs;
  return legs ? legs.map((leg) => ({ ...piece, id: `${piece.id}@${leg}`, what: `${piece.what} (leg ${leg})`, leg })) : [piece];
}

interface Merging {
  readonly stage: PlannedStage;
  readonly legs: readonly Leg[];
  /** Legs whose newest attempt is part of the whole. */
  readonly used: Set<Leg>;
}

async function mergeStage(whole: RunContext, { stage, legs, used }: Merging): Promise<void> {
  const runs: StageRun[] = [];
  const evidence: Evidence[] = [];
  for (const attempts of attemptsOf(stage, legs)) {
    const newest = attempts.at(-1) ?? attempts[0];
    used.add(newest);
    runs.push(...(await newest.context.directory.stageRuns()).filter((run) => run.stage === stage.name));
    evidence.push(...(await takeLeg(stage, attempts)));
  }
  for (const piece of mergeParts(evidence)) await whole.directory.addEvidence(piece);
  const run = mergedStageRun(runs);
  if (run) await whole.directory.addStageRun(run);
}

type Attempts = readonly [Leg, ...Leg[]];

/** The attempts of each leg at a stage, oldest first. */
function attemptsOf({ name, legs: parts }: PlannedStage, legs: readonly Leg[]): Attempts[] {
  const groups = new Map<string, [Leg, ...Leg[]]>();
  for (const leg of legs) {
    const part = leg.context.info.leg;
    if (parts && (part === undefined || !parts.includes(part)))
      throw refuse(
        `${leg.name} is no leg of ${name}`,
        `run it with \`--leg\` and one of ${parts.join(', ')}, or correct \`legs\` of the stage`,
      );
    const key = parts ? (part ?? '') : '';
    const group = groups.get(key);
    if (group) group.push(leg);
    else groups.set(key, [leg]);
  }
  return [...groups.values()].map((group) => inOrder(name, group));
}

function inOrder(stage: StageName, group: [Leg, ...Leg[]]): Attempts {
  const [first, ...rest] = group.sort((a, b) => attemptOf(a) - attemptOf(b));
  const all: Attempts = [first, ...rest];
  for (const [index, leg] of all.entries()) {
    const other = all[index + 1];
    if (other && (attemptOf(other) === attemptOf(leg) || leg.context.info.leg !== other.context.info.leg))
      throw refuse(
        `the stage ${stage} belongs to ${leg.name} and to ${other.name}`,
        'give each leg stages of its own (input `stages`), or say how many legs run the stage (`legs: 3`)',
      );
  }
  return all;
}

function attemptOf({ context }: Leg): number {
  return context.info.forge.runAttempt;
}

/** The evidence of one leg for one stage, with its earlier attempts behind it. */
async function takeLeg(stage: PlannedStage, attempts: Attempts): Promise<Evidence[]> {
  const all: Evidence[][] = [];
  const ran = new Map<string, ReadonlySet<string>>();
  for (const leg of attempts) {
    const own = (await leg.context.directory.evidence()).filter((piece) => piece.stage === stage.name);
    all.push(own.map((piece) => renamed(piece, leg.name)));
    for (const piece of attempts.length > 1 ? ofKind(own, 'tests') : []) ran.set(`${leg.name} ${piece.id}`, await idsOf(leg, piece));
  }
  const newest = attempts.at(-1) ?? attempts[0];
  const merged = withEarlier(all.at(-1) ?? [], all.slice(0, -1), ({ id }) => ran.get(`${newest.name} ${id}`) ?? new Set());
  const part = stage.legs ? newest.context.info.leg : undefined;
  return part === undefined ? merged : merged.map((piece) => inPart(piece, part));
}

async function idsOf({ context }: Leg, { cases }: EvidenceOf<'tests'>): Promise<ReadonlySet<string>> {
  if (!cases) return new Set();
  const lines = (await context.directory.readText(cases.file)).split('\n');
  return new Set(lines.flatMap((line) => CaseLine.safeParse(parseJson(line)).data?.id ?? []));
}

/** A piece of a part: two parts have pieces of the same name. */
function inPart(piece: Evidence, leg: string): Evidence {
  const id = piece.id.replace('/', `/leg-${leg}-`);
  return piece.kind === 'gap' ? { ...piece, id, leg, owed: piece.owed.map((owed) => `${owed}@${leg}`) } : { ...piece, id, leg };
}

/** Coverage of parts is the coverage of all together, and so are the shards of a load; everything else stands side by side. */
function mergeParts(evidence: readonly Evidence[]): Evidence[] {
  const coverage = groupsOf(
    ofKind(evidence, 'coverage').filter(({ leg }) => leg !== undefined),
    ({ command }) => command,
  );
  const shards = shardsOf(evidence);
  const merged = new Set<Evidence>([...coverage, ...shards].flat());
  return [...evidence.filter((piece) => !merged.has(piece)), ...coverage.map(mergedCoverage), ...shards.map(mergedSeries)];
}

/** Every metric of a load that its legs shared. */
function shardsOf(evidence: readonly Evidence[]): [SeriesEvidence, ...SeriesEvidence[]][] {
  const series = ofKind(evidence, 'series').filter(({ leg, load }) => leg !== undefined && load !== undefined);
  const shared = new Set(
    series.filter(({ delivery }) => delivery?.shards !== undefined).map(({ leg = '', load = '' }) => `${leg}\0${load}`),
  );
  const parts = series.filter(({ leg = '', load = '' }) => shared.has(`${leg}\0${load}`));
  return groupsOf(parts, ({ load = '', metric }) => `${load}\0${metric}`);
}

function groupsOf<Piece>(pieces: readonly Piece[], key: (piece: Piece) => string): [Piece, ...Piece[]][] {
  const groups = new Map<string, [Piece, ...Piece[]]>();
  for (const piece of pieces) {
    const group = groups.get(key(piece));
    if (group) group.push(piece);
    else groups.set(key(piece), [piece]);
  }
  return [...groups.values()];
}

/** A stage of several legs lasted from the first start to the last end, and ended as badly as the worst of them. */
function mergedStageRun(runs: readonly StageRun[]): StageRun | undefined {
  const [first, ...rest] = runs.toSorted((a, b) => WORST_STAGE.indexOf(b.status) - WORST_STAGE.indexOf(a.status));
  if (!first || rest.length === 0) return first;
  const from = runs.map(({ window }) => window.from).toSorted()[0] ?? first.window.from;
  const to =
    runs
      .map(({ window }) => window.to)
      .toSorted()
      .at(-1) ?? first.window.to;
  return {
    ...first,
    window: { from, to },
    durationMs: Math.max(...runs.map(({ durationMs }) => durationMs)),
    workMs: Math.max(...runs.map(({ workMs }) => workMs)),
  };
}

/** What evidence refers to; JSON is written anew above, from what was read. */
async function copyFiles(whole: RunContext, { context, name }: Leg): Promise<void> {
  const { files } = whole.ports;
  const paths = await files.glob(['evidence/**/*', 'logs/**/*'], context.directory.path);
  for (const path of paths.filter((candidate) => !(candidate.startsWith('evidence/') && candidate.endsWith('.json')))) {
    await whole.directory.writeText(inLeg(path, name), await files.readText(join(context.directory.path, path)));
  }
}

/** The same value with every path of a leg's own files put under the leg. */
function renamed<Value>(value: Value, leg: string): Value {
  if (Array.isArray(value)) return value.map((item: unknown) => renamed(item, leg)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [
    key,
    key === 'file' && typeof item === 'string' ? inLeg(item, leg) : renamed(item, leg),
  ]);
  return Object.fromEntries(entries) as Value;
}

/** A file of one leg may bear the name of another's: each leg has folders of its own. */
function inLeg(path: string, leg: string): string {
  const own = /^(?:logs|stack)\/|^evidence\/[^/]+\//.exec(path)?.[0];
  return own === undefined ? path : `${own}${leg}/${path.slice(own.length)}`;
}

function infoOf(whole: RunInfo, legs: readonly Leg[], used: ReadonlySet<Leg>): RunInfo {
  const infos = legs.filter((leg) => used.has(leg)).map(({ context }) => context.info);
  const startedAt = infos.map((leg) => leg.startedAt).toSorted()[0] ?? whole.startedAt;
  const finishedAt =
    infos
      .map((leg) => leg.finishedAt ?? leg.startedAt)
      .toSorted()
      .at(-1) ?? whole.startedAt;
  const ended = infos
    .map((leg) => leg.ended)
    .reduce((worst, one) => (WORST.indexOf(one) > WORST.indexOf(worst) ? one : worst), 'completed' as RunInfo['ended']);
  const told = legs.map((leg) => ({
    name: leg.context.info.leg ?? leg.name,
    attempt: attemptOf(leg),
    stages: [...leg.stages],
    ended: leg.context.info.ended,
    superseded: !used.has(leg),
  }));
  return { ...whole, startedAt, finishedAt, ended, legs: told };
}

function refuse(message: string, hint: string): GauntletError {
  return new GauntletError(message, { kind: 'evidence', hint });
}
