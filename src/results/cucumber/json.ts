import { z } from 'zod';

import { jsonPathText, readJson, wanting, type JsonPath } from '../../lib/json-stream.ts';
import { JSON_LIMITS } from '../../model/limits.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { Ordinals, scenarioEnd, type StepEnd } from './scenario.ts';

type Emit = (event: ResultEvent) => void;

const Text = z.string().nullish().catch(undefined);
const Line = z.number().nullish().catch(undefined);
const Outcome = z.object({
  status: z.string().nullish(),
  duration: z.number().nullish().catch(undefined),
  /** behave writes its lines. */
  error_message: z
    .union([z.string(), z.array(z.string()).transform((lines) => lines.join('\n'))])
    .nullish()
    .catch(undefined),
});
const Hook = z.object({ result: Outcome.nullish() });
const Step = z.object({
  keyword: Text,
  name: Text,
  line: Line,
  location: Text,
  hidden: z.boolean().nullish().catch(undefined),
  result: Outcome.nullish(),
  before: z.array(Hook).nullish(),
  after: z.array(Hook).nullish(),
});
type Step = z.output<typeof Step>;

/** A scenario, an example of an outline, or the background of the scenario behind it. */
const Element = z.object({
  id: Text,
  keyword: Text,
  type: Text,
  name: Text,
  line: Line,
  /** behave: `features/a.feature:6`. */
  location: Text,
  /** behave's alone; `null` where the run ended in the middle of it. */
  status: Text,
  before: z.array(Hook).nullish(),
  steps: z.array(Step).nullish(),
  after: z.array(Hook).nullish(),
});
type Element = z.output<typeof Element>;

/** Reads the JSON that the Cucumbers write (an array of features), one scenario at a time. */
export async function parseCucumberJson(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const report = new CucumberReport(emit);
  const { trouble } = await readJson(
    text,
    {
      begin: wanting('*.name', '*.uri', '*.location', '*.elements.*'),
      value: (path, value) => (path.length === 2 ? report.about(String(path[1]), value) : report.element(path, value)),
      end: (path) => {
        if (path.length === 1) report.endFeature();
      },
    },
    JSON_LIMITS,
  );
  report.endFeature();
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
}

class CucumberReport {
  readonly #emit: Emit;
  /** Until the feature ends: Cucumber-JVM writes its name and file behind its scenarios. */
  #scenarios: { readonly result: CaseResult; readonly line: number | undefined }[] = [];
  #background: Element | undefined;
  #ordinals = new Ordinals();
  #about: Readonly<Record<string, string>> = {};

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  about(key: string, value: unknown): void {
    if (typeof value === 'string') this.#about = { ...this.#about, [key]: value };
  }

  element(path: JsonPath, value: unknown): void {
    const { data: element, error } = Element.safeParse(value);
    if (element === undefined) {
      const issue = error?.issues[0];
      const where = jsonPathText([...path, ...(issue?.path ?? []).map(String)]);
      this.#emit({ type: 'gap', reason: 'malformed', message: `${where}: ${issue?.message ?? 'no scenario'}` });
    } else if (element.type === 'background') {
      this.#background = element;
    } else {
      this.#scenario(element);
      this.#background = undefined;
    }
  }

  endFeature(): void {
    const { name: suite = '', uri, location } = this.#about;
    const file = (uri ?? location?.replace(/:\d+$/, '') ?? '').replace(/^(?:file|classpath):/, '');
    for (const { result, line } of this.#scenarios) {
      const place = file === '' ? {} : { file, location: { path: file, ...(line === undefined || line <= 0 ? {} : { line }) } };
      this.#emit({ type: 'case', result: { ...(suite === '' ? {} : { suite }), ...result, ...place } });
    }
    this.#scenarios = [];
    this.#background = undefined;
    this.#ordinals = new Ordinals();
    this.#about = {};
  }

  #scenario(element: Element): void {
    const name = element.name || element.id || '(a scenario without a name)';
    // behave writes the background once, without results, and its steps again in every scenario.
    const background = (this.#background?.steps ?? []).filter(({ result }) => result);
    const steps = [...background, ...(element.steps ?? [])];
    // Ruby's Cucumber writes the hooks before a scenario at its background.
    const before = [...(this.#background?.before ?? []), ...(element.before ?? [])];
    const after = [...(this.#background?.after ?? []), ...(element.after ?? [])];
    const ends = [...hookEnds(before, 'Before'), ...steps.flatMap(stepEnds), ...hookEnds(after, 'After')];
    const { line, ...end } = endOf(element, ends);
    const at = element.line ?? lineOf(element.location);
    const parameters = this.#ordinals.of(name, placeOf(element, at) ?? `${this.#scenarios.length}`);
    // behave counts seconds, the others nanoseconds.
    const factor = element.location ? 1_000 : 1e-6;
    const duration = [...steps, ...before, ...after].reduce((sum, { result }) => sum + (result?.duration ?? 0), 0);
    this.#scenarios.push({
      result: { name, ...(parameters === undefined ? {} : { parameters }), durationMs: duration * factor, ...end },
      line: line ?? at,
    });
  }
}

/**
 * Where a scenario stands; the same place again is another attempt of it. Not so the examples of an outline, which
 * older cucumber-js writes all at the line of the outline, unless their ids are numbered.
 */
function placeOf({ id, keyword, steps }: Element, line: number | undefined): string | undefined {
  const isExample = /outline|template/i.test(keyword ?? '') && !/;;\d+$/.test(id ?? '');
  if (line === undefined || isExample) return undefined;
  return `${id ?? ''}:${line}:${steps?.length ?? 0}`;
}

/** behave says itself how a scenario ended, and so what its steps do not show: a hook that failed, a run that broke off. */
function endOf(element: Element, ends: readonly StepEnd[]): ReturnType<typeof scenarioEnd> {
  const end = scenarioEnd(ends);
  if (element.status === null && end.status !== 'failed')
    return { status: 'error', message: 'the scenario has no end: a hook failed, or the run broke off', line: end.line };
  const said = element.status ?? undefined;
  if (end.status === 'passed' || end.status === 'skipped') {
    if (said === 'failed' || said === 'error' || said === 'hook_error')
      return { status: 'error', message: `the scenario ended as ${said}`, line: end.line };
    if (said === 'skipped' || said === 'untested') return { ...end, status: 'skipped' };
  }
  return end;
}

/** godog lets a hook fail at the step beside it. */
const GODOG_HOOK = /^(?:before|after) (?:scenario|step) hook failed\b/;

function stepEnds(step: Step): StepEnd[] {
  const keyword = (step.keyword ?? '').trim();
  const line = step.line ?? lineOf(step.location);
  const own: StepEnd = {
    text: `${keyword} ${step.name ?? ''}`.trim(),
    isHook: step.hidden === true || (!step.name && /^(?:Before|After)/.test(keyword)) || GODOG_HOOK.test(step.result?.error_message ?? ''),
    status: step.result?.status?.toLowerCase(),
    message: step.result?.error_message ?? undefined,
    line: step.hidden === true ? undefined : (line ?? undefined),
  };
  return [...hookEnds(step.before, 'BeforeStep'), own, ...hookEnds(step.after, 'AfterStep')];
}

function hookEnds(hooks: readonly z.output<typeof Hook>[] | null | undefined, text: string): StepEnd[] {
  return (hooks ?? []).map(({ result }) => ({
    text,
    isHook: true,
    status: result?.status?.toLowerCase(),
    message: result?.error_message ?? undefined,
    line: undefined,
  }));
}

function lineOf(location: string | null | undefined): number | undefined {
  const line = Number(/:(\d{1,7})$/.exec(location ?? '')?.[1]);
  return line > 0 ? line : undefined;
}
