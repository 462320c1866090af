import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { openRun, startRun, type PlanOptions } from '../cli/session.ts';
import type { World } from '../cli/world.ts';
import { GauntletError } from '../model/errors.ts';
import type { RunInfo } from '../model/run.ts';
import type { RunContext } from '../run/context.ts';

/** Evidence is files; a file of one leg may bear the name of another's when it is not filed under a stage. */
const OF_ONE_LEG = ['logs/', 'stack/'];
const WORST: readonly RunInfo['ended'][] = ['completed', 'running', 'interrupted', 'crashed'];

/**
 * Makes one run of the legs of a matrix. What is owed is said by the configuration in this checkout, not by the legs: a leg
 * that never arrived is a gap, and nothing that a leg brings along can make the gate smaller.
 * @returns the id of the new run.
 * @throws GauntletError of kind `evidence` when there is no leg, or one is about another commit or repeats a stage.
 */
export async function mergeRuns(world: World, folders: readonly string[], options: PlanOptions): Promise<string> {
  const whole = await startRun(world, options, { owned: false });
  const legs: RunContext[] = [];
  for (const run of await findLegs(world, folders)) legs.push(await openRun(world, { ...options, run }));
  if (legs.length === 0)
    throw refuse(`no run is in ${folders.join(', ')}`, 'download the artifacts of the legs there, each into a folder of its own');
  const taken = new Map<string, string>();
  for (const [index, leg] of legs.entries())
    await takeLeg(whole, leg, { name: `${String(index + 1)}-${leg.info.leg ?? 'leg'}`.replace(/[^\w.-]+/g, '-'), taken });
  await whole.directory.writeInfo(
    infoOf(
      whole.info,
      legs.map(({ info }) => info),
    ),
  );
  return whole.info.id;
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

interface Leg {
  readonly name: string;
  /** Stage → the leg that brought it. */
  readonly taken: Map<string, string>;
}

async function takeLeg(whole: RunContext, leg: RunContext, { name, taken }: Leg): Promise<void> {
  if (leg.info.git.head !== whole.info.git.head) {
    throw refuse(
      `leg ${name} is about ${leg.info.git.head ?? 'no commit'}, this job is about ${whole.info.git.head ?? 'no commit'}`,
      'take the artifacts of this very workflow run',
    );
  }
  const planned = new Set<string>(whole.plan.stages.map(({ name: stage }) => stage));
  for (const { name: stage } of leg.plan.stages.filter((one) => planned.has(one.name))) {
    const other = taken.get(stage);
    if (other !== undefined)
      throw refuse(`the stage ${stage} belongs to ${other} and to ${name}`, 'give each leg stages of its own (input `stages`)');
    taken.set(stage, name);
  }
  for (const run of await leg.directory.stageRuns()) {
    if (taken.get(run.stage) === name) await whole.directory.addStageRun(run);
  }
  for (const piece of await leg.directory.evidence()) {
    if (taken.get(piece.stage) === name) await whole.directory.addEvidence(renamed(piece, name));
  }
  await copyFiles(whole, leg, name);
}

/** What evidence refers to; JSON is written anew above, from what was read. */
async function copyFiles(whole: RunContext, leg: RunContext, name: string): Promise<void> {
  const { files } = whole.ports;
  const paths = await files.glob(['evidence/**/*', 'logs/**/*'], leg.directory.path);
  for (const path of paths.filter((candidate) => !(candidate.startsWith('evidence/') && candidate.endsWith('.json')))) {
    await whole.directory.writeText(inLeg(path, name), await files.readText(join(leg.directory.path, path)));
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

function inLeg(path: string, leg: string): string {
  const folder = OF_ONE_LEG.find((prefix) => path.startsWith(prefix));
  return folder === undefined ? path : `${folder}${leg}/${path.slice(folder.length)}`;
}

function infoOf(whole: RunInfo, legs: readonly RunInfo[]): RunInfo {
  const startedAt = legs.map((leg) => leg.startedAt).toSorted()[0] ?? whole.startedAt;
  const finishedAt =
    legs
      .map((leg) => leg.finishedAt ?? leg.startedAt)
      .toSorted()
      .at(-1) ?? whole.startedAt;
  const ended = legs.map((leg) => leg.ended).reduce((worst, one) => (WORST.indexOf(one) > WORST.indexOf(worst) ? one : worst));
  return { ...whole, startedAt, finishedAt, ended };
}

function refuse(message: string, hint: string): GauntletError {
  return new GauntletError(message, { kind: 'evidence', hint });
}
