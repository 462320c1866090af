import { randomOf } from '../lib/random.ts';
import type { Against, ComparedLife, PlannedComparison } from '../model/comparison.ts';
import { errorMessage } from '../model/errors.ts';
import type { PlannedStage } from '../model/plan.ts';
import { addGap, owedIds, type Gap, type RunContext } from './context.ts';
import { forkOf, gitState } from './git.ts';
import { checkOut, type BaseTree } from './regressions/base-tree.ts';
import { compareJourney } from './regressions/life.ts';
import { bothUp } from './regressions/sides.ts';

/**
 * Brings the base branch's stack and a fresh one of this branch up side by side, walks the same journeys on both in blocks that follow
 * one another in random order, and stores every block. Tells whether the comparison came to its end, or there was nothing to compare with.
 */
export async function runComparison(context: RunContext, stage: PlannedStage): Promise<boolean> {
  const { compare } = stage;
  if (compare === undefined) return true;
  const gap = context.signal.aborted ? NOT_STARTED : await tryComparison(context, stage, compare);
  if (gap === undefined) return true;
  await leaveOpen(context, stage, gap);
  return false;
}

/** Says why the comparison that the stage owes was not made. */
export async function skipComparison(context: RunContext, stage: PlannedStage, because: string): Promise<void> {
  if (stage.compare) await leaveOpen(context, stage, { reason: 'not-started', message: `head against base: not started, ${because}` });
}

const NOT_STARTED: Gap = { reason: 'not-started', message: 'head against base: not started, the stage was stopped before it' };

async function leaveOpen(context: RunContext, stage: PlannedStage, gap: Gap): Promise<void> {
  const owed = owedIds(context.plan, { stage: stage.name, kind: 'comparison', name: 'base' });
  await addGap(context, { stage: stage.name, name: 'comparison', owed }, gap);
}

async function tryComparison(context: RunContext, stage: PlannedStage, compare: PlannedComparison): Promise<Gap | undefined> {
  const { clock } = context.ports;
  const from = clock.now();
  const found = await baseOf(context);
  if (found.state === 'none') {
    context.ports.progress.warn(`${stage.name} │ no baseline: ${found.why}`);
    await store(context, stage, { from, against: found, lives: [] });
    return undefined;
  }
  try {
    await using tree = await checkOut(context, found.sha, { prepare: compare.prepare, instance: 'base', whose: 'the base branch' });
    const lives = await livesOf(context, stage, { compare, tree });
    if ('reason' in lives) return lives;
    if (context.signal.aborted) return { reason: 'interrupted', message: 'head against base: stopped before it was over' };
    await store(context, stage, { from, against: found, lives });
    return undefined;
  } catch (error) {
    return { reason: context.signal.aborted ? 'interrupted' : 'crashed', message: `head against base: ${errorMessage(error)}` };
  }
}

/** The commit where this branch left the base, if there is one and this is not it. */
async function baseOf(context: RunContext): Promise<Against> {
  const repository = { ports: context.ports, root: context.root };
  const { head, dirty } = await gitState(repository);
  if (head === undefined) return { state: 'none', why: 'this is no git repository' };
  const sha = await forkOf(repository, context.info.git.base);
  if (sha === undefined)
    return { state: 'none', why: 'the commit where this branch left the base is not in this clone (fetch-depth: 0 brings it)' };
  return sha === head && !dirty ? { state: 'none', why: 'nothing differs from the base branch' } : { state: 'base', sha };
}

interface Comparing {
  readonly compare: PlannedComparison;
  readonly tree: BaseTree;
}

async function livesOf(context: RunContext, stage: PlannedStage, { compare, tree }: Comparing): Promise<ComparedLife[] | Gap> {
  const random = randomOf(context.plan.seed);
  const journeys = context.plan.journeys.filter(({ name }) => compare.journeys.includes(name));
  const lives: ComparedLife[] = [];
  for (let life = 1; life <= compare.restarts && !context.signal.aborted; life += 1) {
    context.ports.progress.say(`${stage.name} │ head against base: start ${life} of ${compare.restarts}`);
    await using sides = await bothUp(context, tree);
    if ('gap' in sides) return sides.gap;
    for (const journey of journeys) {
      const pairs = await compareJourney(context, { stage, journey, sides, random, pairs: compare.pairs });
      lives.push({ journey: journey.name, life, pairs });
    }
  }
  return lives;
}

interface Storing {
  readonly from: string;
  readonly against: Against;
  readonly lives: ComparedLife[];
}

async function store({ directory, ports }: RunContext, { name: stage }: PlannedStage, { from, against, lives }: Storing): Promise<void> {
  const window = { from, to: ports.clock.now() };
  await directory.addEvidence({ id: `${stage}/comparison-base`, kind: 'comparison', stage, window, against, lives });
}
