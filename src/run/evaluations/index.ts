import { countTokens } from '../../lib/tokens.ts';
import { mapStrings, parseJson, type Json } from '../../lib/json.ts';
import { errorMessage } from '../../model/errors.ts';
import type { AnsweredCase, Pass, PlannedEvaluation, Score } from '../../model/evaluation.ts';
import type { StackManifest } from '../../model/manifest.ts';
import type { PlannedStage } from '../../model/plan.ts';
import { addGap, owedIds, type Gap, type RunContext } from '../context.ts';
import { commandEnvironment } from '../environment.ts';
import { walkGiven, type JourneyContext } from '../journey.ts';
import { targetsOf } from '../targets.ts';
import { readCases, type Case } from './cases.ts';

/** Of one captured value, and of all of an evaluation: what is larger is not kept, and its case is not right. */
const MOST_CHARACTERS = 128_000;
const MOST_CHARACTERS_IN_ALL = 8_000_000;

/** Asks the cases of each evaluation, one after the other; tells whether each came to its end. */
export async function runEvaluations(context: RunContext, stage: PlannedStage, manifest: StackManifest | undefined): Promise<boolean> {
  let whole = true;
  for (const evaluation of stage.evaluations ?? []) {
    const gap = context.signal.aborted
      ? notStarted(evaluation, 'the stage was stopped before it')
      : await tryOne(context, { stage, evaluation, manifest });
    if (gap === undefined) continue;
    await addEvaluationGap(context, { stage, evaluation }, gap);
    whole = false;
  }
  return whole;
}

/** Says of every evaluation that the stage owes why it was not made. */
export async function skipEvaluations(context: RunContext, stage: PlannedStage, because: string): Promise<void> {
  for (const evaluation of stage.evaluations ?? []) await addEvaluationGap(context, { stage, evaluation }, notStarted(evaluation, because));
}

function notStarted({ name }: PlannedEvaluation, because: string): Gap {
  return { reason: 'not-started', message: `the evaluation ${name} was not started: ${because}` };
}

async function addEvaluationGap(
  context: RunContext,
  { stage, evaluation: { name } }: Omit<Evaluating, 'manifest'>,
  gap: Gap,
): Promise<void> {
  const owed = owedIds(context.plan, { stage: stage.name, kind: 'evaluation', name });
  await addGap(context, { stage: stage.name, name: `evaluation-${name}`, owed }, gap);
}

interface Evaluating {
  readonly stage: PlannedStage;
  readonly evaluation: PlannedEvaluation;
  readonly manifest: StackManifest | undefined;
}

async function tryOne(context: RunContext, evaluating: Evaluating): Promise<Gap | undefined> {
  const { evaluation } = evaluating;
  try {
    return await evaluate(context, evaluating);
  } catch (error) {
    const reason = context.signal.aborted ? 'interrupted' : 'crashed';
    return { reason, message: `the evaluation ${evaluation.name}: ${errorMessage(error)}` };
  }
}

async function evaluate(context: RunContext, evaluating: Evaluating): Promise<Gap | undefined> {
  const { stage, evaluation } = evaluating;
  const { clock } = context.ports;
  const cases = await casesOf(context, evaluation);
  if ('reason' in cases) return cases;
  const from = clock.now();
  const asking = new Asking(context, evaluating);
  const passes: Pass[] = [await asking.all(cases)];
  if (evaluation.learn) {
    const learned = await asking.learn(evaluation.learn);
    if (learned.miss)
      return {
        reason: 'unproved',
        message: `the evaluation ${evaluation.name} could not learn: ${learned.miss.step}: ${learned.miss.what} ${learned.miss.measured}, ${learned.miss.expected} asked`,
      };
  }
  if (evaluation.learn ?? evaluation.score.kind === 'embedding') passes.push(await asking.all(cases));
  if (context.signal.aborted) return { reason: 'interrupted', message: `the evaluation ${evaluation.name} was stopped before it was over` };
  const id = `${stage.name}/evaluation-${evaluation.name}`;
  await context.directory.addEvidence({
    id,
    kind: 'evaluation',
    stage: stage.name,
    window: { from, to: clock.now() },
    evaluation: evaluation.name,
    passes,
  });
  return undefined;
}

async function casesOf({ ports, root }: RunContext, { cases, score }: PlannedEvaluation): Promise<readonly Case[] | Gap> {
  return cases === undefined ? [{ name: 'the one case', given: {} }] : readCases({ files: ports.files, root }, cases, fieldsOf(score));
}

function fieldsOf(score: Score): readonly string[] {
  if (score.kind === 'hits') return [score.relevant];
  return score.kind === 'choice' || score.kind === 'answer' ? [score.right] : [];
}

/** Walks the steps for case after case. */
class Asking {
  readonly #context: RunContext;
  readonly #evaluating: Evaluating;
  readonly #journey: JourneyContext;
  #kept = 0;

  constructor(context: RunContext, evaluating: Evaluating) {
    const { stage, manifest } = evaluating;
    this.#context = context;
    this.#evaluating = evaluating;
    this.#journey = {
      ports: context.ports,
      root: context.root,
      targets: targetsOf(context, stage, manifest),
      env: commandEnvironment(context, stage.name, manifest),
      signal: context.signal,
      redact: context.redact,
    };
  }

  async all(cases: readonly Case[]): Promise<Pass> {
    const { stage, evaluation } = this.#evaluating;
    const answered: AnsweredCase[] = [];
    for (const [index, one] of cases.entries()) {
      if (this.#context.signal.aborted) break;
      this.#context.ports.progress.update(`${stage.name} │ evaluation ${evaluation.name}: ${index + 1} of ${cases.length}`);
      answered.push(await this.#ask(one, evaluation.steps));
    }
    return { cases: answered };
  }

  learn({ steps }: NonNullable<PlannedEvaluation['learn']>): Promise<AnsweredCase> {
    return this.#ask({ name: 'learning', given: {} }, steps);
  }

  async #ask({ name, given }: Case, steps: PlannedEvaluation['steps']): Promise<AnsweredCase> {
    const { redact } = this.#context;
    const journey = { name: this.#evaluating.evaluation.name, steps: [...steps], expect: {}, rows: [] };
    const user = `evaluation-${this.#context.info.id}`;
    const { run, captured } = await walkGiven(journey, { ...this.#journey, user, given: textsOf(given) });
    const wrong = run.steps.find(({ misses }) => misses.length > 0);
    const [miss] = wrong?.misses ?? [];
    const text = this.#textOf(captured);
    return {
      name,
      given: redacted(given, redact),
      captured: redacted(this.#bounded(captured), redact),
      ...(wrong && miss ? { miss: { step: wrong.title, ...miss } } : {}),
      ...(text === undefined ? {} : { tokens: await countTokens(text) }),
    };
  }

  #textOf(captured: Readonly<Record<string, string>>): string | undefined {
    const { score } = this.#evaluating.evaluation;
    return score.kind === 'tokens' ? captured[score.text] : undefined;
  }

  #bounded(captured: Readonly<Record<string, string>>): Record<string, Json> {
    const kept = Object.entries(captured).filter(([, text]) => {
      const fits = text.length <= MOST_CHARACTERS && this.#kept + text.length <= MOST_CHARACTERS_IN_ALL;
      if (fits) this.#kept += text.length;
      return fits;
    });
    return Object.fromEntries(kept.map(([name, text]) => [name, valueOf(text)]));
  }
}

/** A capture of a list or a number is its JSON. */
function valueOf(text: string): Json {
  const value = /^[[{\d"-]|^(?:true|false)$/.test(text) ? (parseJson(text) as Json | undefined) : undefined;
  return value ?? text;
}

function textsOf(given: Case['given']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function redacted(values: Readonly<Record<string, Json>>, redact: (text: string) => string): Record<string, Json> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, mapStrings(value, redact)]));
}
